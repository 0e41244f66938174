using RetinaSharp.Experiments.Figures;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>How a model's loss is spread over anchors: the paper's figure 4, positives and negatives apart.</summary>
/// <param name="Images">Images looked at.</param>
/// <param name="Ignored">Anchors between positive and negative, which have no loss.</param>
/// <param name="Positives">Of the anchors with a class, a distribution for each γ.</param>
/// <param name="Negatives">Of the background anchors, the same.</param>
public sealed record LossAnalysis(int Images, long Ignored, IReadOnlyList<LossDistribution> Positives, IReadOnlyList<LossDistribution> Negatives)
{
    /// <summary>Name of the picture of the negatives.</summary>
    public const string NegativesFile = "loss-of-negatives.svg";

    /// <summary>Writes the cumulative distributions as SVG, with their numbers as CSV beside them. Without loss there is no figure.</summary>
    /// <param name="folder">The folder; it is made where it is not there, and files of the same names are replaced.</param>
    /// <returns>The files written.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public IReadOnlyList<string> Write(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return [.. Write(folder, "positives", Positives), .. Write(folder, "negatives", Negatives)];
    }

    private static IReadOnlyList<string> Write(string folder, string side, IReadOnlyList<LossDistribution> distributions)
    {
        LineSeries[] curves = [.. distributions.Where(one => one.Cumulative.Count > 0).Select(Curve)];
        return curves.Length == 0 ? [] : FigureFiles.Write(folder, $"loss-of-{side}",
            new($"Cumulative normalised loss of the {side}", $"fraction of {side}, the easiest first", "share of the loss", curves));
    }

    private static LineSeries Curve(LossDistribution distribution) => new(
        FormattableString.Invariant($"γ = {distribution.Gamma}"),
        [.. distribution.Cumulative.Select((share, step) => ((double)step / LossDistribution.Steps, share))]);
}
