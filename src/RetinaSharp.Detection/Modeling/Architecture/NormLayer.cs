using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>Describes the normalization after a convolution.</summary>
/// <param name="Name">Full name in the state dictionary, such as <c>backbone.body.bn1</c>.</param>
/// <param name="Kind">Kind of normalization.</param>
/// <param name="Channels">Number of channels of the feature map that is normalized.</param>
public sealed record NormLayer(string Name, NormKind Kind, int Channels)
{
    /// <summary>Constant added to the variance, for numerical stability.</summary>
    public const double Epsilon = 1e-5;

    private const int MaxGroups = 32;

    /// <summary>Number of groups of a group norm: the largest divisor of <see cref="Channels"/> up to 32.</summary>
    public int Groups => Enumerable.Range(1, MaxGroups).Last(groups => Channels % groups == 0);

    /// <summary>Lists the tensors of the layer: weight and bias, and the running statistics of a batch norm.</summary>
    public IEnumerable<TensorLayout> Tensors()
    {
        var kind = Kind == NormKind.Frozen ? TensorKind.Buffer : TensorKind.NormParameter;
        yield return new($"{Name}.weight", kind, [Channels]);
        yield return new($"{Name}.bias", kind, [Channels]);
        if (Kind == NormKind.Group)
            yield break;
        yield return new($"{Name}.running_mean", TensorKind.Buffer, [Channels]);
        yield return new($"{Name}.running_var", TensorKind.Buffer, [Channels]);
    }
}
