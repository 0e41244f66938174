using RetinaSharp.Detection.Modeling.Architecture;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// Creates the convolutions and normalizations of a module from their descriptions, and registers them in the module under torchvision's names.
/// </summary>
/// <param name="module">Module that the layers are registered in.</param>
/// <param name="prefix">
/// Prefix of the layers' names in the state dictionary, such as <c>backbone.body.</c>. It is removed from the names of the registered modules.
/// </param>
/// <param name="state">The network's tensors. The parameters and buffers of the created modules share their memory.</param>
/// <param name="options">Data type, whether the module trains, and number of frozen backbone parts.</param>
public sealed class LayerFactory(nn.Module module, string prefix, NetworkState state, NetworkOptions options)
{
    private readonly ModuleTree _tree = new(module);

    /// <summary>Creates and registers a convolution and its normalization.</summary>
    /// <param name="layer">Description of the convolution and its normalization. Their names start with the prefix.</param>
    public ConvNorm Create(ConvolutionLayer layer)
    {
        var created = new ConvNorm(layer, state, options);
        _tree.Register(layer.Name[prefix.Length..], created.Convolution);
        if (created.Norm is { } norm)
            _tree.Register(norm.Layer.Name[prefix.Length..], norm);
        return created;
    }
}
