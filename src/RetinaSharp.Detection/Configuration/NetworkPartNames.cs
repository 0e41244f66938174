using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Names of the parts of a network. Those of an application differ from the built-in ones, and a model with them loads only where they are given.</summary>
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
