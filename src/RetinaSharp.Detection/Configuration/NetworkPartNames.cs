using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Names of a network's components. Custom components have names that differ from the built-in ones; loading such a model requires these components.</summary>
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
