using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Predicts class logits or box deltas from the pyramid levels. <see cref="Modules.ModuleHead"/> makes one of any TorchSharp module.</summary>
public interface IHead : INetworkPart
{
    /// <summary>Name that a model file records.</summary>
    string Name { get; }

    /// <summary>Creates the module: pyramid levels [N, C, H, W] to predictions [N, H·W·A, outputs], contiguous, for each level. A is the number of anchors in a cell.</summary>
    /// <param name="state">Tensors that the module's parameters and buffers share.</param>
    /// <param name="options">Type and mode.</param>
    nn.Module<Tensor[], Tensor[]> CreateModule(NetworkState state, NetworkOptions options);
}
