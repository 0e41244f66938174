namespace RetinaSharp.Losses;

/// <summary>What the sum of the losses is divided by, like the reductions of PyTorch's losses.</summary>
public enum Reduction
{
    /// <summary>The sum is not divided.</summary>
    Sum,

    /// <summary>
    /// The sum is divided by the number of losses that are not ignored: one per logit for <see cref="SigmoidLoss"/>, one per row for
    /// <see cref="SoftmaxLoss"/>.
    /// </summary>
    Mean,

    /// <summary>
    /// The sum is divided by the number of positives, but at least by 1, as in object detectors. The number of positives is the number of
    /// labels that are a class, or the sum of dense targets; for <see cref="SoftmaxLoss"/> it is the number of rows whose class is not 0,
    /// the background.
    /// </summary>
    Positives,
}
