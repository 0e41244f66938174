namespace RetinaSharp.Cli.Losses;

/// <summary>Ranges of γ and β of the loss FL* on the command line: FL* divides by γ, and both must be finite in fp32.</summary>
internal static class FocalStarRange
{
    public const string Gamma = "from 1e-30 to 1e30", Beta = "from -1e30 to 1e30";

    public static bool IsGamma(double gamma) => gamma is >= 1e-30 and <= 1e30;

    public static bool IsBeta(double beta) => beta is >= -1e30 and <= 1e30;
}
