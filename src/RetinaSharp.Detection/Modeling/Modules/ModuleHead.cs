using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>A head that wraps a TorchSharp module, which predicts class logits or box deltas from the pyramid levels.</summary>
/// <param name="name">Name recorded in model files. Change it when the module's parameters change.</param>
/// <param name="request">Settings of the model, number of outputs and their initial bias.</param>
/// <param name="create">
/// Creates the module, which maps pyramid levels [N, C, H, W] to contiguous predictions [N, H·W·A, outputs], one tensor per level, with A anchors per cell.
/// Row (y · W + x) · A + a belongs to anchor a of cell (x, y). Called several times; each call returns a new module.
/// </param>
public sealed class ModuleHead(string name, HeadRequest request, Func<HeadRequest, nn.Module<Tensor[], Tensor[]>> create)
    : ModulePart<Tensor[]>(name, request.Prefix, () => create(request)), IHead
{
    private protected override Tensor[] ToFp32(Tensor[] input) => Array.ConvertAll(input, map => map.to(ScalarType.Float32));
}
