namespace RetinaSharp.Losses;

/// <summary>The sigmoid in double and its relatives, all relative to their own size at both ends.</summary>
internal static class Sigmoid
{
    /// <summary><c>σ(x)</c>.</summary>
    public static double Value(double x)
    {
        var e = Math.Exp(-Math.Abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /// <summary><c>1 - σ(x)</c>, without the cancellation.</summary>
    public static double Complement(double x) => Value(-x);

    /// <summary><c>-log σ(x) = softplus(-x)</c>.</summary>
    public static double NegativeLog(double x) => Math.Max(-x, 0) + Log1P(Math.Exp(-Math.Abs(x)));

    // double.LogP1 loses what x has below the last bit of 1; the quotient puts it back (Kahan).
    private static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }
}
