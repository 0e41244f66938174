using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// A head, which predicts class logits or box deltas from the pyramid levels. Describes its tensors and creates the TorchSharp module.
/// <see cref="Modules.ModuleHead"/> makes a head of any TorchSharp module.
/// </summary>
public interface IHead : INetworkPart
{
    /// <summary>Name recorded in the model file. A model can only be loaded with a head of the same name.</summary>
    string Name { get; }

    /// <summary>
    /// Creates the module, which maps pyramid levels [N, C, H, W] to contiguous predictions [N, H·W·A, outputs], one tensor per level, with A anchors per
    /// cell.
    /// </summary>
    /// <param name="state">The network's tensors. The module's parameters and buffers share their memory.</param>
    /// <param name="options">Data type, and whether the module trains.</param>
    nn.Module<Tensor[], Tensor[]> CreateModule(NetworkState state, NetworkOptions options);
}
