namespace RetinaSharp.Experiments.Analysis;

/// <summary>Cumulative distribution of the focal loss over anchors, which are sorted by ascending loss.</summary>
/// <param name="Gamma">γ of the focal loss.</param>
/// <param name="Anchors">Number of anchors.</param>
/// <param name="Loss">Sum of the losses of all anchors.</param>
/// <param name="Cumulative">
/// The cumulative shares of the loss in [0, 1], [<see cref="Steps"/> + 1]. Element i is the share of the total loss that comes from the fraction
/// i / <see cref="Steps"/> of the anchors with the lowest losses. Empty if there are no anchors or all losses are 0.
/// </param>
public sealed record LossDistribution(double Gamma, long Anchors, double Loss, IReadOnlyList<double> Cumulative)
{
    /// <summary>Number of equal intervals of the fraction of anchors: the resolution of <see cref="Cumulative"/>.</summary>
    public const int Steps = 1000;

    /// <summary>Returns the share of the total loss, in [0, 1], that comes from the anchors with the highest losses; null if all losses are 0.</summary>
    /// <param name="fraction">Fraction of the anchors, in [0, 1]; rounded to thousandths.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not in [0, 1].</exception>
    public double? ShareOfHardest(double fraction)
    {
        if (!(fraction is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "the fraction must be in [0, 1]");
        return Cumulative.Count == 0 ? null : 1 - Cumulative[Steps - (int)Math.Round(fraction * Steps)];
    }
}
