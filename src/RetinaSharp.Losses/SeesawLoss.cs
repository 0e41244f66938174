using System.Buffers;
using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>
/// Seesaw loss (Wang et al., <a href="https://arxiv.org/abs/2008.10032">Seesaw Loss for Long-Tailed Instance Segmentation</a>): softmax cross
/// entropy <c>-log(e^x_i / Σ_j S_ij e^x_j)</c> of class i, where <c>S_ij = M_ij C_ij</c> for j ≠ i, and S_ii = 1. The mitigation factor
/// <c>M_ij = min(1, N_j / N_i)^p</c>, with the numbers N of examples so far, reduces the gradient that pushes a rarer class j down. The
/// compensation factor <c>C_ij = max(1, σ_j / max(σ_i, ε))^q</c> raises it again where class j is predicted wrongly. σ is the softmax over the
/// classes, without a background.
/// </summary>
/// <remarks>
/// The factors count as constants in the gradient, as in the authors' code (MMDetection): it is softmax of the logits x_j + log S_ij, minus 1 for class
/// i. In that code, objectness is a second softmax over two logits of its own; here the background is one more output of the same softmax, with factor 1.
/// <c>default</c> has p = 0 and q = 0 and is softmax cross entropy.
/// </remarks>
public readonly struct SeesawLoss
{
    // The longest vector.
    private const int MaxLanes = 16;

    private readonly double _minLogProbability;

    /// <summary>Creates the loss with the paper's parameters, p = .8 and q = 2.</summary>
    public SeesawLoss() : this(.8)
    {
    }

    /// <summary>Creates the loss.</summary>
    /// <param name="mitigation">The exponent p of the mitigation factor, 0 to 1000; 0 turns it off.</param>
    /// <param name="compensation">The exponent q of the compensation factor, 0 to 1000; 0 turns it off.</param>
    /// <param name="minProbability">
    /// A lower bound ε of σ_i in the compensation factor, in (0, 1], which keeps it at most <c>ε^-q</c>; the authors' code has .01.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public SeesawLoss(double mitigation, double compensation = 2, double minProbability = .01)
    {
        if (mitigation is not (>= 0 and <= 1000))
            throw new ArgumentOutOfRangeException(nameof(mitigation), mitigation, "the exponent of the mitigation factor must be in [0, 1000]");
        if (compensation is not (>= 0 and <= 1000))
            throw new ArgumentOutOfRangeException(nameof(compensation), compensation, "the exponent of the compensation factor must be in [0, 1000]");
        if (minProbability is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(minProbability), minProbability, "the lower bound of the probability must be in (0, 1]");
        (Mitigation, Compensation) = (mitigation, compensation);
        _minLogProbability = Math.Log(minProbability);
    }

    /// <summary>The exponent p of the mitigation factor.</summary>
    public double Mitigation { get; }

    /// <summary>The exponent q of the compensation factor.</summary>
    public double Compensation { get; }

    /// <summary>Computes the loss of rows with class labels.</summary>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="logits">
    /// Logits [rows, classes], finite; with a <see cref="LossOptions.LabelOffset"/> of 1 [rows, 1 + classes], where the first is the logit of the
    /// background, label -1. The background takes part in the softmax of the loss, but not in σ, and no factor is for it: S = 1 if either class is the
    /// background.
    /// </param>
    /// <param name="labels">Labels [rows]: a class index, -1 for the background if there is one, or an ignored label.</param>
    /// <param name="counts">The numbers of examples so far, including this batch; not changed by this method.</param>
    /// <param name="gradient">Receives the gradient of the returned value with respect to the logits. Must not overlap the inputs.</param>
    /// <param name="options">Reduction, weights and other options, without label smoothing.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, the gradient overlaps an input, a label is invalid, a logit or a weight makes the
    /// loss NaN or infinite (the message names the first that is not finite, see <see cref="LossOptions.AllowsNonFinite"/>), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public unsafe double Evaluate<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, ClassCounts counts, Span<T> gradient, LossOptions options = default)
        where T : unmanaged
    {
        if (options.LabelOffset is not (0 or 1))
            throw new ArgumentOutOfRangeException(nameof(options.LabelOffset), options.LabelOffset, "the label offset must be 0, or 1 for a background");
        LossCheck.Output(logits.Length, gradient, logits, labels);
        var outputs = counts.Classes + options.LabelOffset;
        // Longer than the outputs: the loops read whole vectors.
        var (singles, doubles) = (ArrayPool<float>.Shared.Rent(outputs + MaxLanes), ArrayPool<double>.Shared.Rent(outputs));
        for (var i = 0; i < outputs; i++)
            singles[i] = (float)(doubles[i] = Math.Log(Math.Max(1, i < options.LabelOffset ? 1 : counts.Counts[i - options.LabelOffset])));
        try
        {
            fixed (T* to = gradient)
                return SoftmaxLoss.Run(
                    default(CrossEntropy), new SeesawAdjustment(Mitigation, Compensation, _minLogProbability, (singles, doubles), options.LabelOffset == 1),
                    logits, labels, [], outputs, to, null, options);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(singles);
            ArrayPool<double>.Shared.Return(doubles);
        }
    }
}
