namespace RetinaSharp.Experiments.Analysis;

/// <summary>How the loss of many anchors is spread over them.</summary>
/// <param name="Gamma">γ of the focal loss.</param>
/// <param name="Anchors">How many anchors there are.</param>
/// <param name="Loss">Sum of their losses.</param>
/// <param name="Cumulative">
/// [<see cref="Steps"/> + 1]: at i the share of the loss, from 0 to 1, that the easiest i / <see cref="Steps"/> of the anchors have.
/// Empty where there is no anchor or no loss.
/// </param>
public sealed record LossDistribution(double Gamma, long Anchors, double Loss, IReadOnlyList<double> Cumulative)
{
    /// <summary>Into how many parts the anchors are divided.</summary>
    public const int Steps = 1000;

    /// <summary>The share of the loss, from 0 to 1, that the hardest anchors have; null where there is no loss to share.</summary>
    /// <param name="fraction">Which part of the anchors, from 0 to 1, in thousandths.</param>
    public double? ShareOfHardest(double fraction)
    {
        if (!(fraction is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "a fraction lies in [0, 1]");
        return Cumulative.Count == 0 ? null : 1 - Cumulative[Steps - (int)Math.Round(fraction * Steps)];
    }
}
