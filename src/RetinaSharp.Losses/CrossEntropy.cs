using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Binary cross entropy (BCE) with logits: <c>CE = -log p_t</c>, with derivative <c>p_t - 1</c> with respect to <c>x_t</c>. With α it is
/// the α-balanced form. The default value has no α.
/// </summary>
/// <param name="alpha">Weight of the positives, in [0, 1]; negatives have weight 1 - α. Null gives both weight 1.</param>
/// <exception cref="ArgumentOutOfRangeException">α is not in [0, 1].</exception>
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

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor) => visitor.Visit(new BinaryKernel<CrossEntropy>(this));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IBinaryLoss.Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative) =>
        LaneMath<TLanes>.CrossEntropy(logit, out value, out derivative);
}
