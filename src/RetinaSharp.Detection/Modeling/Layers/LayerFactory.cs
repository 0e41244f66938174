using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>Creates the convolutions and normalizations of a module from their descriptions, and registers them in the module under torchvision's names.</summary>
/// <param name="module">Module that the layers are registered in.</param>
/// <param name="prefix">Name of the module in the network, with which the names of the layers start.</param>
/// <param name="state">Tensors whose memory the parameters and buffers share.</param>
/// <param name="options">Data type, whether the module trains, and number of frozen stages.</param>
public sealed class LayerFactory(nn.Module module, string prefix, NetworkState state, NetworkOptions options)
{
    private readonly ModuleTree _tree = new(module);

    /// <summary>Creates and registers a convolution and its normalization.</summary>
    /// <param name="layer">Description of the convolution and its normalization. Its name starts with the prefix.</param>
    public ConvNorm Create(ConvolutionLayer layer)
    {
        var created = new ConvNorm(layer, state, options);
        _tree.Register(layer.Name[prefix.Length..], created.Convolution);
        if (created.Norm is { } norm)
            _tree.Register(norm.Layer.Name[prefix.Length..], norm);
        return created;
    }
}
