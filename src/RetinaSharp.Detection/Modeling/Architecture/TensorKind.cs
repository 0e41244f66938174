namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>What a tensor of a network is.</summary>
public enum TensorKind
{
    /// <summary>Weight of a convolution.</summary>
    Weight,

    /// <summary>Bias of a convolution.</summary>
    Bias,

    /// <summary>Scale or shift of a normalization that is trained.</summary>
    NormParameter,

    /// <summary>Not trained and always in fp32: running statistics, and all of a frozen batch norm.</summary>
    Buffer,

    /// <summary>A parameter that an application froze. It is computed with in the type of the network.</summary>
    FrozenParameter,
}
