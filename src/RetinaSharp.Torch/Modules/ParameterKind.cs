namespace RetinaSharp.Torch.Modules;

/// <summary>What a parameter does; optimisers may leave some kinds out of weight decay.</summary>
public enum ParameterKind
{
    /// <summary>Weights of a convolution.</summary>
    Weight,

    /// <summary>Bias of a convolution.</summary>
    Bias,

    /// <summary>Scale or shift of a normalisation.</summary>
    Normalization,
}
