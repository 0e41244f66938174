namespace RetinaSharp.Detection.Configuration;

/// <summary>The optimizer of a training run.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum, as in the focal loss paper.</summary>
    Sgd,

    /// <summary>AdamW; easier to use for training from scratch.</summary>
    AdamW,
}
