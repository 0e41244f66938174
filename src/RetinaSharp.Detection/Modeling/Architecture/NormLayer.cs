using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>The normalization after a convolution.</summary>
/// <param name="Name">Its name, such as <c>backbone.body.bn1</c>.</param>
/// <param name="Kind">Which one.</param>
/// <param name="Channels">Its channels.</param>
public sealed record NormLayer(string Name, NormKind Kind, int Channels)
{
    /// <summary>What is added to the variance.</summary>
    public const double Epsilon = 1e-5;

    private const int MaxGroups = 32;

    /// <summary>Groups of group norm: 32, or the largest number below that divides the channels.</summary>
    public int Groups => Enumerable.Range(1, MaxGroups).Last(groups => Channels % groups == 0);

    /// <summary>Its tensors: parameters, and for batch norm running statistics.</summary>
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
