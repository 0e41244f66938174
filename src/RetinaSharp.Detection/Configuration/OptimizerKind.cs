namespace RetinaSharp.Detection.Configuration;

/// <summary>The optimizer.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum, as in the paper.</summary>
    Sgd,

    /// <summary>AdamW; easier to use for training from scratch.</summary>
    AdamW,
}
