namespace RetinaSharp.Losses;

/// <summary>What the sum of the losses is divided by, as the reductions of PyTorch's losses.</summary>
public enum Reduction
{
    /// <summary>Not divided.</summary>
    Sum,

    /// <summary>
    /// The number of losses that are not ignored: logits for <see cref="SigmoidLoss"/>, rows for <see cref="SoftmaxLoss"/>.
    /// </summary>
    Mean,

    /// <summary>
    /// The number of positives, at least 1, as in detectors: the number of labels that are a class, or the sum of dense targets; for
    /// <see cref="SoftmaxLoss"/> the number of rows whose class is not 0, the background.
    /// </summary>
    Positives,
}
