using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>Group norm (Wu and He, arXiv 1803.08494) in fp32, whatever the type of the network.</summary>
public sealed class GroupNorm : Norm2d
{
    private readonly Parameter _weight, _bias;

    /// <param name="layer">Its description.</param>
    /// <param name="state">Its parameters.</param>
    /// <param name="isTrained">Whether it gets gradients.</param>
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
