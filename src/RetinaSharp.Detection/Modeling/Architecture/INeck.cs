using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Combines the backbone's feature maps into pyramid levels. <see cref="Modules.ModuleNeck"/> makes one of any TorchSharp module.</summary>
public interface INeck : INetworkPart
{
    /// <summary>Name that a model file records.</summary>
    string Name { get; }

    /// <summary>Creates the module: the backbone's feature maps to pyramid levels from the finest to the coarsest of the anchors, each [N, C, H / 2^level, W / 2^level] with sides rounded up.</summary>
    /// <param name="state">Tensors that the module's parameters and buffers share.</param>
    /// <param name="options">Type and mode.</param>
    nn.Module<Tensor[], Tensor[]> CreateModule(NetworkState state, NetworkOptions options);
}
