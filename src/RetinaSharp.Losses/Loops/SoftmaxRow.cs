namespace RetinaSharp.Losses.Loops;

/// <summary>One row with a weight for every class, in double: <c>Σ_i w_i L(t_i)</c> and its derivative by each logit.</summary>
/// <param name="loss">The loss.</param>
/// <param name="memory">Room for <see cref="Length"/> numbers.</param>
/// <param name="classes">Number of classes.</param>
internal readonly ref struct SoftmaxRow<TLoss>(TLoss loss, double[] memory, int classes) where TLoss : struct, IBinaryLoss
{
    private readonly Span<double> _exponentials = memory.AsSpan(3 * classes, classes);

    /// <summary>The logits.</summary>
    public Span<double> Logits { get; } = memory.AsSpan(0, classes);

    /// <summary>The weights; what has none is not computed.</summary>
    public Span<double> Weights { get; } = memory.AsSpan(classes, classes);

    /// <summary>Gets the derivatives.</summary>
    public Span<double> Gradient { get; } = memory.AsSpan(2 * classes, classes);

    /// <summary>Numbers that a row needs.</summary>
    public static int Length(int classes) => 4 * classes;

    /// <summary>The loss; the derivatives are left in <see cref="Gradient"/>.</summary>
    public double Evaluate()
    {
        var (best, second) = (0, 1);
        for (var i = 1; i < Logits.Length; i++)
        {
            if (Logits[i] > Logits[best])
                (best, second) = (i, best);
            else if (i == 1 || Logits[i] > Logits[second])
                second = i;
        }

        // The best is held against the sum of the others, relative to the second; every other's sum holds the best, so that
        // taking the other's own part out of the whole costs no digits.
        double others = 0, all = 0;
        for (var i = 0; i < Logits.Length; i++)
        {
            _exponentials[i] = Math.Exp(Logits[i] - Logits[best]);
            all += _exponentials[i];
            if (i != best)
                others += Math.Exp(Logits[i] - Logits[second]);
        }

        double value = 0, shared = 0, bestSlope = 0;
        for (var i = 0; i < Logits.Length; i++)
        {
            Gradient[i] = 0;
            if (Weights[i] == 0)
                continue;
            var rest = all - _exponentials[i];
            var logit = i == best ? Logits[best] - Logits[second] - Math.Log(others) : Logits[i] - Logits[best] - Math.Log(rest);
            value += Weights[i] * loss.Value(logit);
            var slope = Weights[i] * loss.Derivative(logit);
            Gradient[i] = slope;
            if (i == best)
            {
                bestSlope = slope;
                continue;
            }

            shared += slope / rest;
            // Its own part of what is shared, below, is none of its business.
            Gradient[i] += slope / rest * _exponentials[i];
        }

        for (var i = 0; i < Logits.Length; i++)
            Gradient[i] -= _exponentials[i] * shared + (i == best ? 0 : bestSlope * Math.Exp(Logits[i] - Logits[second]) / others);
        return value;
    }
}
