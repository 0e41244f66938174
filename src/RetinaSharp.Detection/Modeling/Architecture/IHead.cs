using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Predicts class logits or box deltas from the pyramid levels. <see cref="Modules.ModuleHead"/> adapts any TorchSharp module.</summary>
public interface IHead : INetworkPart
{
    /// <summary>Name recorded in the model file.</summary>
    string Name { get; }

    /// <summary>
    /// Creates the module, which maps pyramid levels [N, C, H, W] to contiguous predictions [N, H·W·A, outputs], one tensor per level. A is the
    /// number of anchors per cell.
    /// </summary>
    /// <param name="state">Tensors whose memory the module's parameters and buffers share.</param>
    /// <param name="options">Data type, and whether the module trains.</param>
    nn.Module<Tensor[], Tensor[]> CreateModule(NetworkState state, NetworkOptions options);
}
