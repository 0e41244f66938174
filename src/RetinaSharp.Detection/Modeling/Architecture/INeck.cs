using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Combines the backbone's feature maps into pyramid levels. <see cref="Modules.ModuleNeck"/> adapts any TorchSharp module.</summary>
public interface INeck : INetworkPart
{
    /// <summary>Name recorded in the model file.</summary>
    string Name { get; }

    /// <summary>
    /// Creates the module, which maps the backbone's feature maps to the pyramid levels that have anchors, finest first, each
    /// [N, C, H / 2^level, W / 2^level] with sides rounded up.
    /// </summary>
    /// <param name="state">Tensors whose memory the module's parameters and buffers share.</param>
    /// <param name="options">Data type, and whether the module trains.</param>
    nn.Module<Tensor[], Tensor[]> CreateModule(NetworkState state, NetworkOptions options);
}
