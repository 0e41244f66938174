namespace RetinaSharp.Losses;

/// <summary>The sigmoid in double and its relatives, all relative to their own size at both ends.</summary>
/// <param name="Value"><c>p = σ(x)</c>.</param>
/// <param name="Complement"><c>1 - p</c>, without the cancellation.</param>
/// <param name="NegativeLog"><c>-log p = softplus(-x)</c>.</param>
internal readonly record struct Sigmoid(double Value, double Complement, double NegativeLog)
{
    /// <summary>All of it at <paramref name="x"/>, for one exponential and one logarithm.</summary>
    public static Sigmoid Compute(double x)
    {
        var e = Math.Exp(-Math.Abs(x));
        var (large, small) = (1 / (1 + e), e / (1 + e));
        return x < 0 ? new(small, large, -x + Log1P(e)) : new(large, small, Log1P(e));
    }

    // double.LogP1 loses what x has below the last bit of 1; the quotient puts it back (Kahan).
    private static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }
}
