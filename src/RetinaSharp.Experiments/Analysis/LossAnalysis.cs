using RetinaSharp.Experiments.Charts;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>Cumulative distribution of a model's focal loss over anchors, for positives and negatives: figure 4 of the paper.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Ignored">Number of ignored anchors, which have no loss.</param>
/// <param name="Positives">The distribution over positive anchors for each γ.</param>
/// <param name="Negatives">The distribution over negative anchors for each γ.</param>
public sealed record LossAnalysis(int Images, long Ignored, IReadOnlyList<LossDistribution> Positives, IReadOnlyList<LossDistribution> Negatives)
{
    /// <summary>File name of the chart of the negatives.</summary>
    public const string NegativesFile = "loss-of-negatives.svg";

    /// <summary>Writes charts of the cumulative distributions as SVG and CSV. Distributions without loss are left out.</summary>
    /// <param name="folder">The folder; created if needed, existing files are replaced.</param>
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
