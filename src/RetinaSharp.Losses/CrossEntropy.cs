using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Binary cross-entropy on a logit: <c>CE = -log p_t</c>, with derivative <c>p_t - 1</c>; with α the α-balanced form.
/// The default value is the plain one.
/// </summary>
/// <param name="alpha">Weight of the positives in [0, 1], negatives get the rest; null weighs both 1.</param>
/// <exception cref="ArgumentOutOfRangeException">α is outside of [0, 1].</exception>
public readonly struct CrossEntropy(double? alpha = null) : IBinaryLoss
{
    /// <inheritdoc/>
    public double? Alpha { get; } = AlphaRange.Check(alpha, nameof(alpha));

    /// <inheritdoc/>
    public void Evaluate(double logit, out double value, out double derivative)
    {
        var sigmoid = Sigmoid.Compute(logit);
        (value, derivative) = (sigmoid.NegativeLog, -sigmoid.Complement);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IBinaryLoss.Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative) =>
        LaneMath<TLanes>.CrossEntropy(logit, out value, out derivative);
}
