namespace RetinaSharp.Detection.Configuration;

/// <summary>How weights are moved.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum, as in the paper.</summary>
    Sgd,

    /// <summary>AdamW; easier to train from scratch with.</summary>
    AdamW,
}
