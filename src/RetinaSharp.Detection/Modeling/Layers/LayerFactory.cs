using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>Creates the fused convolutions of a module from their descriptions and registers them there under torchvision's names.</summary>
/// <param name="module">The module.</param>
/// <param name="prefix">Prefix of the descriptions' names, by which the module is registered in the network.</param>
/// <param name="state">Tensors that parameters and buffers share.</param>
/// <param name="options">Type, mode and frozen stages.</param>
public sealed class LayerFactory(nn.Module module, string prefix, NetworkState state, NetworkOptions options)
{
    private readonly ModuleTree _tree = new(module);

    /// <summary>Creates and registers a convolution and its normalization.</summary>
    /// <param name="layer">Its description, whose name starts with the prefix.</param>
    public ConvNorm Create(ConvolutionLayer layer)
    {
        var created = new ConvNorm(layer, state, options);
        _tree.Register(layer.Name[prefix.Length..], created.Convolution);
        if (created.Norm is { } norm)
            _tree.Register(norm.Layer.Name[prefix.Length..], norm);
        return created;
    }
}
