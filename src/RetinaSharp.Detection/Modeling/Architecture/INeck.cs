using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// A neck, which combines the backbone's feature maps into pyramid levels. Describes its tensors and creates the TorchSharp module.
/// <see cref="Modules.ModuleNeck"/> makes a neck of any TorchSharp module.
/// </summary>
public interface INeck : INetworkPart
{
    /// <summary>Name recorded in the model file. A model can only be loaded with a neck of the same name.</summary>
    string Name { get; }

    /// <summary>
    /// Creates the module, which maps the backbone's feature maps to the pyramid levels that have anchors, finest first. For images of size H × W, each level
    /// is [N, C, H / 2^level, W / 2^level], with sides rounded up.
    /// </summary>
    /// <param name="state">The network's tensors. The module's parameters and buffers share their memory.</param>
    /// <param name="options">Data type, and whether the module trains.</param>
    nn.Module<Tensor[], Tensor[]> CreateModule(NetworkState state, NetworkOptions options);
}
