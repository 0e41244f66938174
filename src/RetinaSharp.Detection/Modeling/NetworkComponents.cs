using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Parts of a network that an application brings. What is null is built in. Loading a trained model needs the same parts again.</summary>
public sealed record NetworkComponents
{
    /// <summary>The built-in parts alone: ResNet, feature pyramid, RetinaNet's heads.</summary>
    public static NetworkComponents BuiltIn { get; } = new();

    /// <summary>The backbone; null: a ResNet as the settings describe it.</summary>
    public IBackbone? Backbone { get; init; }

    /// <summary>Creates the neck from the settings and the channels of the backbone's feature maps, finest first; null: a feature pyramid.</summary>
    public Func<ModelSettings, IReadOnlyList<int>, INeck>? Neck { get; init; }

    /// <summary>Creates the classification head; null: RetinaNet's.</summary>
    public Func<HeadRequest, IHead>? ClassificationHead { get; init; }

    /// <summary>Creates the box regression head; null: RetinaNet's.</summary>
    public Func<HeadRequest, IHead>? RegressionHead { get; init; }
}
