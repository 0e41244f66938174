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

    /// <summary>What is not trained: running statistics, and all of a frozen batch norm.</summary>
    Buffer,
}
