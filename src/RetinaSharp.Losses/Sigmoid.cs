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

    // double.LogP1 loses the bits of x below the last bit of 1; Kahan's quotient restores them.
    private static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }
}
