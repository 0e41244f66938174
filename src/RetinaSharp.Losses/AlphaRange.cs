namespace RetinaSharp.Losses;

internal static class AlphaRange
{
    public static double? Check(double? alpha, string name) => alpha is null or (>= 0 and <= 1)
        ? alpha
        : throw new ArgumentOutOfRangeException(name, alpha, "alpha must be in [0, 1], or null for no class balancing");
}
