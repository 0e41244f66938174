using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>A neck made of any TorchSharp module that computes pyramid levels from feature maps.</summary>
/// <param name="name">Name that model files record. Change it when the module's parameters change.</param>
/// <param name="create">Creates the module: feature maps [N, C, H, W], finest first, to one map for each level of the anchors. Called once for each network.</param>
public sealed class ModuleNeck(string name, Func<nn.Module<Tensor[], Tensor[]>> create) : ModulePart<Tensor[]>(name, RetinaNetArchitecture.NeckPrefix, create), INeck
{
    private protected override Tensor[] ToFp32(Tensor[] input) => Array.ConvertAll(input, map => map.to(ScalarType.Float32));
}
