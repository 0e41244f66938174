using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>Adapts any TorchSharp module that computes pyramid levels from feature maps as a neck.</summary>
/// <param name="name">Name recorded in model files. Change it when the module's parameters change.</param>
/// <param name="create">Creates the module, which maps feature maps [N, C, H, W], finest first, to one map [N, C, H, W] per level of the anchors. Called once per network.</param>
public sealed class ModuleNeck(string name, Func<nn.Module<Tensor[], Tensor[]>> create) : ModulePart<Tensor[]>(name, RetinaNetArchitecture.NeckPrefix, create), INeck
{
    private protected override Tensor[] ToFp32(Tensor[] input) => Array.ConvertAll(input, map => map.to(ScalarType.Float32));
}
