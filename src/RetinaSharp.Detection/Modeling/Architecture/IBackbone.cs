using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Computes the feature maps that the neck starts from. <see cref="Modules.ModuleBackbone"/> makes one of any TorchSharp module.</summary>
public interface IBackbone : INetworkPart
{
    /// <summary>Name that a model file records, so that weights are never loaded into another backbone.</summary>
    string Name { get; }

    /// <summary>Channels of the feature maps, finest first. The last has stride 32, each before it half the stride of the next.</summary>
    IReadOnlyList<int> Channels { get; }

    /// <summary>Creates the module: normalized images [N, 3, H, W] to feature maps [N, C, H / stride, W / stride], one for each of <see cref="Channels"/>.</summary>
    /// <param name="state">Tensors that the module's parameters and buffers share.</param>
    /// <param name="options">Type, mode and frozen stages.</param>
    nn.Module<Tensor, Tensor[]> CreateModule(NetworkState state, NetworkOptions options);
}
