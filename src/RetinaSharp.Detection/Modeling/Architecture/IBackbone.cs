using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// A backbone, which computes the feature maps that are the neck's input. Describes its tensors and creates the TorchSharp module.
/// <see cref="Modules.ModuleBackbone"/> makes a backbone of any TorchSharp module.
/// </summary>
public interface IBackbone : INetworkPart
{
    /// <summary>Name recorded in the model file. A model can only be loaded with a backbone of the same name.</summary>
    string Name { get; }

    /// <summary>Number of channels of each feature map, finest first. The last map has stride 32; each earlier one has half the stride of the next.</summary>
    IReadOnlyList<int> Channels { get; }

    /// <summary>
    /// Creates the module, which maps normalized images [N, 3, H, W] to feature maps [N, C, H / stride, W / stride], one for each element of
    /// <see cref="Channels"/>.
    /// </summary>
    /// <param name="state">The network's tensors. The module's parameters and buffers share their memory.</param>
    /// <param name="options">Data type, whether the module trains, and number of frozen backbone parts.</param>
    nn.Module<Tensor, Tensor[]> CreateModule(NetworkState state, NetworkOptions options);
}
