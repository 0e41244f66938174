using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Custom parts of a network. A null property selects the built-in part. Loading a trained model requires the same parts.</summary>
public sealed record NetworkComponents
{
    /// <summary>Only built-in parts: ResNet, feature pyramid, RetinaNet's heads.</summary>
    public static NetworkComponents BuiltIn { get; } = new();

    /// <summary>The backbone; null: the ResNet that the settings specify.</summary>
    public IBackbone? Backbone { get; init; }

    /// <summary>Creates the neck from the settings and the channels of the backbone's feature maps, finest first; null: a feature pyramid.</summary>
    public Func<ModelSettings, IReadOnlyList<int>, INeck>? Neck { get; init; }

    /// <summary>Creates the classification head; null: RetinaNet's.</summary>
    public Func<HeadRequest, IHead>? ClassificationHead { get; init; }

    /// <summary>Creates the box regression head; null: RetinaNet's.</summary>
    public Func<HeadRequest, IHead>? RegressionHead { get; init; }
}
