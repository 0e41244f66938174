using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Custom backbone, neck and heads of a network. Null selects the built-in part. A trained model can only be loaded with the parts that it was trained with.
/// </summary>
public sealed record NetworkComponents
{
    /// <summary>Only built-in parts: ResNet, feature pyramid, RetinaNet's heads.</summary>
    public static NetworkComponents BuiltIn { get; } = new();

    /// <summary>The backbone; null: the ResNet that the settings specify.</summary>
    public IBackbone? Backbone { get; init; }

    /// <summary>
    /// Creates the neck, from the settings and the numbers of channels of the backbone's feature maps, finest first; null: a feature pyramid.
    /// </summary>
    public Func<ModelSettings, IReadOnlyList<int>, INeck>? Neck { get; init; }

    /// <summary>Creates the classification head; null: RetinaNet's head.</summary>
    public Func<HeadRequest, IHead>? ClassificationHead { get; init; }

    /// <summary>Creates the box regression head; null: RetinaNet's head.</summary>
    public Func<HeadRequest, IHead>? RegressionHead { get; init; }
}
