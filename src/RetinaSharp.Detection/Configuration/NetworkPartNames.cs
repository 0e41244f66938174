using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Names of a network's backbone, neck and heads. Custom components have other names than the built-in ones. A model can only be loaded with components of
/// the names that it was trained with.
/// </summary>
public sealed record NetworkPartNames
{
    /// <summary>Name of the backbone.</summary>
    public string Backbone { get; init; } = ResNetArchitecture.BackboneName;

    /// <summary>Name of the neck.</summary>
    public string Neck { get; init; } = PyramidArchitecture.NeckName;

    /// <summary>Name of the classification head.</summary>
    public string ClassificationHead { get; init; } = HeadArchitecture.HeadName;

    /// <summary>Name of the regression head.</summary>
    public string RegressionHead { get; init; } = HeadArchitecture.HeadName;
}
