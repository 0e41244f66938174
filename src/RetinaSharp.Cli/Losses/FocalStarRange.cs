namespace RetinaSharp.Cli.Losses;

/// <summary>Ranges of the parameters of FL*: it divides by γ, and both must be fp32 numbers.</summary>
internal static class FocalStarRange
{
    public const string Gamma = "from 1e-30 to 1e30", Beta = "from -1e30 to 1e30";

    public static bool IsGamma(double gamma) => gamma is >= 1e-30 and <= 1e30;

    public static bool IsBeta(double beta) => beta is >= -1e30 and <= 1e30;
}
