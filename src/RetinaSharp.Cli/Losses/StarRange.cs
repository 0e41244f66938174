namespace RetinaSharp.Cli.Losses;

/// <summary>What FL* takes: it divides by γ, and both have to be numbers in single precision.</summary>
internal static class StarRange
{
    public const string Gamma = "from 1e-30 to 1e30", Beta = "from -1e30 to 1e30";

    public static bool HasGamma(double gamma) => gamma is >= 1e-30 and <= 1e30;

    public static bool HasBeta(double beta) => beta is >= -1e30 and <= 1e30;
}
