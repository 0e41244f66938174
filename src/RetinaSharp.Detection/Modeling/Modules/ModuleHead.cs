using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>Adapts any TorchSharp module that predicts from pyramid levels as a head.</summary>
/// <param name="name">Name recorded in model files. Change it when the module's parameters change.</param>
/// <param name="request">Settings of the model, number of outputs and their initial bias.</param>
/// <param name="create">
/// Creates the module, which maps pyramid levels [N, C, H, W] to contiguous predictions [N, H·W·A, outputs], one tensor per level. A is the number
/// of anchors per cell; row (y · W + x) · A + a belongs to anchor a of cell (x, y). Called once per network.
/// </param>
public sealed class ModuleHead(string name, HeadRequest request, Func<HeadRequest, nn.Module<Tensor[], Tensor[]>> create)
    : ModulePart<Tensor[]>(name, request.Prefix, () => create(request)), IHead
{
    private protected override Tensor[] ToFp32(Tensor[] input) => Array.ConvertAll(input, map => map.to(ScalarType.Float32));
}
