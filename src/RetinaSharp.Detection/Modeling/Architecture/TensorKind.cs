namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>The role of a tensor in a network.</summary>
public enum TensorKind
{
    /// <summary>Weight of a convolution.</summary>
    Weight,

    /// <summary>Bias of a convolution.</summary>
    Bias,

    /// <summary>Scale or shift of a trained normalization layer.</summary>
    NormParameter,

    /// <summary>A tensor that is not trained and is always fp32: running statistics, and all tensors of a frozen batch norm.</summary>
    Buffer,

    /// <summary>A parameter of a custom module with <c>requires_grad</c> false. It is converted to the data type of the network.</summary>
    FrozenParameter,
}
