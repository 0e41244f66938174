using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>A backbone made of any TorchSharp module that returns feature maps.</summary>
public sealed class ModuleBackbone : ModulePart<Tensor>, IBackbone
{
    /// <summary>Creates the backbone.</summary>
    /// <param name="name">Name that model files record. Change it when the module's parameters change.</param>
    /// <param name="channels">Channels of the feature maps, finest first. The last has stride 32, each before it half the stride of the next; the first is the finest level of the anchors.</param>
    /// <param name="create">Creates the module: normalized images [N, 3, H, W] to feature maps [N, C, H / stride, W / stride]. Called once for each network.</param>
    /// <exception cref="ArgumentException">The name is empty, or there are no channels.</exception>
    public ModuleBackbone(string name, IReadOnlyList<int> channels, Func<nn.Module<Tensor, Tensor[]>> create)
        : base(name, RetinaNetArchitecture.BackbonePrefix, create)
    {
        if (channels.Count == 0 || channels.Any(count => count < 1))
            throw new ArgumentException("A backbone returns at least one feature map, each of at least one channel.", nameof(channels));
        Channels = channels;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Channels { get; }

    private protected override Tensor ToFp32(Tensor input) => input.to(ScalarType.Float32);
}
