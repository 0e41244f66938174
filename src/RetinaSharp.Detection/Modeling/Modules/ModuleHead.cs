using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>A head made of any TorchSharp module that predicts from pyramid levels.</summary>
/// <param name="name">Name that model files record. Change it when the module's parameters change.</param>
/// <param name="request">What the head predicts.</param>
/// <param name="create">
/// Creates the module: pyramid levels [N, C, H, W] to predictions [N, H·W·A, outputs], contiguous, for each level; A is the number of anchors in a
/// cell, and row (y · W + x) · A + a belongs to anchor a at (x, y). Called once for each network.
/// </param>
public sealed class ModuleHead(string name, HeadRequest request, Func<HeadRequest, nn.Module<Tensor[], Tensor[]>> create)
    : ModulePart<Tensor[]>(name, request.Prefix, () => create(request)), IHead
{
    private protected override Tensor[] ToFp32(Tensor[] input) => Array.ConvertAll(input, map => map.to(ScalarType.Float32));
}
