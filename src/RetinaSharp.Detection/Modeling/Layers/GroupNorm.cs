using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>Group norm (Wu and He, arXiv 1803.08494), computed in fp32 for any data type of the network.</summary>
public sealed class GroupNorm : Norm2d
{
    private readonly Parameter _weight, _bias;

    /// <summary>Creates the module.</summary>
    /// <param name="layer">Description of the layer.</param>
    /// <param name="state">The network's tensors. The parameters of this module share their memory.</param>
    /// <param name="isTrained">Whether the parameters receive gradients.</param>
    public GroupNorm(NormLayer layer, NetworkState state, bool isTrained)
        : base(layer)
    {
        register_parameter("weight", _weight = state[$"{layer.Name}.weight"].AsParameter(isTrained));
        register_parameter("bias", _bias = state[$"{layer.Name}.bias"].AsParameter(isTrained));
    }

    /// <inheritdoc/>
    public override Tensor[] Forward(Conv2d convolution, Tensor[] inputs, PostOps postOps) => Array.ConvertAll(convolution.Forward(inputs, default), x =>
    {
        using var scope = NewDisposeScope();
        scope.Attach(x);
        var normalized = nn.functional.group_norm(x.to(_weight.dtype).contiguous(), Layer.Groups, _weight, _bias, NormLayer.Epsilon);
        return Apply(normalized.to(x.dtype).ChannelsLast(), postOps).MoveToOuterDisposeScope();
    });
}
