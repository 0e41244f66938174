namespace RetinaSharp.Losses;

/// <summary>By what the sum of the losses is divided.</summary>
public enum Reduction
{
    /// <summary>By nothing.</summary>
    Sum,

    /// <summary>By the number of losses that are not ignored: logits for <see cref="SigmoidLoss"/>, rows for <see cref="SoftmaxLoss"/>.</summary>
    Mean,

    /// <summary>
    /// By the number of positives, at least 1, as detectors do: labels that are a class, or the sum of dense targets; for
    /// <see cref="SoftmaxLoss"/> whatever is not of class 0, the background.
    /// </summary>
    Positives,
}
