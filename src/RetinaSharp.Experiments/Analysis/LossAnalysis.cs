using RetinaSharp.Experiments.Charts;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>Cumulative distributions of a model's focal loss over positive and over negative anchors: figure 4 of the focal loss paper.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Ignored">Number of ignored anchors, which have no loss.</param>
/// <param name="Positives">The distributions over positive anchors, one for each γ in <see cref="LossAnalyzer.Gammas"/>.</param>
/// <param name="Negatives">The distributions over negative anchors, one for each γ in <see cref="LossAnalyzer.Gammas"/>.</param>
public sealed record LossAnalysis(int Images, long Ignored, IReadOnlyList<LossDistribution> Positives, IReadOnlyList<LossDistribution> Negatives)
{
    /// <summary>File name of the chart of the negative anchors.</summary>
    public const string NegativesFile = "loss-of-negatives.svg";

    /// <summary>
    /// Writes two charts of the cumulative distributions, of positive and of negative anchors, as SVG and CSV. Distributions whose losses are all 0 are left
    /// out; a chart without any distribution is not written.
    /// </summary>
    /// <param name="folder">The folder, which is created if needed; existing files are replaced.</param>
    /// <returns>The paths of the files.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public IReadOnlyList<string> Write(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return [.. Write(folder, "positives", Positives), .. Write(folder, "negatives", Negatives)];
    }

    private static IReadOnlyList<string> Write(string folder, string side, IReadOnlyList<LossDistribution> distributions)
    {
        LineSeries[] curves = [.. distributions.Where(one => one.Cumulative.Count > 0).Select(Curve)];
        return curves.Length == 0 ? [] : ChartFiles.Write(folder, $"loss-of-{side}",
            new($"Cumulative normalized loss of the {side}", $"fraction of {side}, the easiest first", "share of the loss", curves));
    }

    private static LineSeries Curve(LossDistribution distribution) => new(
        FormattableString.Invariant($"γ = {distribution.Gamma}"),
        [.. distribution.Cumulative.Select((share, step) => ((double)step / LossDistribution.Steps, share))]);
}
