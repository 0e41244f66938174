using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>A neck that wraps a TorchSharp module, which computes the pyramid levels from the backbone's feature maps.</summary>
/// <param name="name">Name recorded in model files. Change it when the module's parameters change.</param>
/// <param name="create">
/// Creates the module, which maps feature maps [N, C, H, W], finest first, to pyramid levels [N, C, H, W], one for each level that has anchors. Called
/// several times; each call returns a new module.
/// </param>
public sealed class ModuleNeck(string name, Func<nn.Module<Tensor[], Tensor[]>> create) : ModulePart<Tensor[]>(name, RetinaNetArchitecture.NeckPrefix, create), INeck
{
    private protected override Tensor[] ToFp32(Tensor[] input) => Array.ConvertAll(input, map => map.to(ScalarType.Float32));
}
