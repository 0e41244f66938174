using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>A backbone that wraps a TorchSharp module, which computes the feature maps.</summary>
public sealed class ModuleBackbone : ModulePart<Tensor>, IBackbone
{
    /// <summary>Creates the backbone.</summary>
    /// <param name="name">Name recorded in model files. Change it when the module's parameters change.</param>
    /// <param name="channels">
    /// Number of channels of each feature map, finest first. The last map has stride 32; each earlier one has half the stride of the next. The first map has
    /// the stride of the anchors' finest level.
    /// </param>
    /// <param name="create">
    /// Creates the module, which maps normalized images [N, 3, H, W] to feature maps [N, C, H / stride, W / stride]. Called several times; each call returns
    /// a new module.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, or there are no channels.</exception>
    public ModuleBackbone(string name, IReadOnlyList<int> channels, Func<nn.Module<Tensor, Tensor[]>> create)
        : base(name, RetinaNetArchitecture.BackbonePrefix, create)
    {
        if (channels.Count == 0 || channels.Any(count => count < 1))
            throw new ArgumentException("A backbone must return at least one feature map, each with at least one channel.", nameof(channels));
        Channels = channels;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Channels { get; }

    private protected override Tensor ToFp32(Tensor input) => input.to(ScalarType.Float32);
}
