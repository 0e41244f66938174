namespace RetinaSharp.Losses;

/// <summary>The sigmoid of a logit and related values in double precision, each with a small relative error for all logits.</summary>
/// <param name="Value"><c>p = σ(x)</c>.</param>
/// <param name="Complement"><c>1 - p</c>, computed without cancellation.</param>
/// <param name="NegativeLog"><c>-log p = softplus(-x)</c>.</param>
internal readonly record struct Sigmoid(double Value, double Complement, double NegativeLog)
{
    /// <summary>Computes all values at <paramref name="x"/> with one exponential and one logarithm.</summary>
    public static Sigmoid Compute(double x)
    {
        var e = Math.Exp(-Math.Abs(x));
        var (large, small) = (1 / (1 + e), e / (1 + e));
        return x < 0 ? new(small, large, -x + Log1P(e)) : new(large, small, Log1P(e));
    }

    /// <summary>
    /// Computes the cross entropy <c>-y log p - (1 - y) log(1 - p)</c> of a target in [0, 1].
    /// </summary>
    /// <param name="x">The logit.</param>
    /// <param name="y">The target.</param>
    /// <param name="difference">Receives its derivative <c>p - y</c>.</param>
    /// <param name="slope">Receives <c>p (1 - p)</c>.</param>
    public static double CrossEntropy(double x, double y, out double difference, out double slope)
    {
        var (p, complement, _) = Compute(x);
        difference = y > .5 ? 1 - y - complement : p - y;
        slope = p * complement;
        return y * Math.Max(-x, 0) + (1 - y) * Math.Max(x, 0) + Log1P(Math.Exp(-Math.Abs(x)));
    }

    /// <summary>Computes log(1 + x).</summary>
    // double.LogP1 loses the bits of x below the last bit of 1; Kahan's quotient restores them.
    public static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }
}
