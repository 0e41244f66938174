namespace RetinaSharp.Experiments.Analysis;

/// <summary>Cumulative distribution of the loss over anchors.</summary>
/// <param name="Gamma">γ of the focal loss.</param>
/// <param name="Anchors">Number of anchors.</param>
/// <param name="Loss">Sum of their losses.</param>
/// <param name="Cumulative">
/// [<see cref="Steps"/> + 1]: element i is the share of the loss, in [0, 1], of the i / <see cref="Steps"/> of the anchors with the lowest losses. Empty without
/// anchors or without loss.
/// </param>
public sealed record LossDistribution(double Gamma, long Anchors, double Loss, IReadOnlyList<double> Cumulative)
{
    /// <summary>Resolution of the distribution.</summary>
    public const int Steps = 1000;

    /// <summary>The share of the loss, in [0, 1], of the anchors with the highest losses; null without loss.</summary>
    /// <param name="fraction">Fraction of the anchors, in [0, 1]; rounded to thousandths.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not in [0, 1].</exception>
    public double? ShareOfHardest(double fraction)
    {
        if (!(fraction is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "the fraction must be in [0, 1]");
        return Cumulative.Count == 0 ? null : 1 - Cumulative[Steps - (int)Math.Round(fraction * Steps)];
    }
}
