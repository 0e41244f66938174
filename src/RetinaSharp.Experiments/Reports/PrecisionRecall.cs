using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Charts of precision by recall at IoU .5: the curves whose mean is AP50.</summary>
internal static class PrecisionRecall
{
    /// <summary>A chart of one detector, with a curve for each of the classes that have the most boxes; null where none has any.</summary>
    public static LineChart? ByClass(CocoMetrics metrics)
    {
        var classes = Chosen(metrics);
        return classes.Count == 0 ? null : Chart(
            $"Precision by recall at IoU .5{(classes.Count < metrics.PerClass.Count ? ", classes with the most boxes" : "")}",
            [.. classes.Select(place => Curve(metrics.PerClass[place].Category.Name, metrics.PerClass[place]))]);
    }

    /// <summary>A chart for each of the classes that have the most boxes, with a curve for each detector.</summary>
    /// <param name="runs">Up to six detectors, measured on the same images.</param>
    public static IReadOnlyList<LineChart> ByRun(IReadOnlyList<(string Name, CocoMetrics Metrics)> runs) =>
    [
        .. Chosen(runs[0].Metrics).Select(place => Chart($"Precision by recall at IoU .5, {runs[0].Metrics.PerClass[place].Category.Name}",
            [.. runs.Select(run => Curve(run.Name, run.Metrics.PerClass[place]))])),
    ];

    private static List<int> Chosen(CocoMetrics metrics) =>
    [
        .. Enumerable.Range(0, metrics.PerClass.Count).Where(place => metrics.PerClass[place].Truths > 0)
            .OrderByDescending(place => metrics.PerClass[place].Truths).Take(LineChart.MaxSeries).Order(),
    ];

    private static LineChart Chart(string title, IReadOnlyList<LineSeries> series) => new(title, "recall", "precision", series, IsOfShares: true);

    /// <summary>A curve to the highest recall that is reached, and from there down.</summary>
    private static LineSeries Curve(string name, ClassMetrics metrics)
    {
        var reached = metrics.PrecisionByRecall.TakeWhile(precision => precision > 0).Count();
        return new($"{name} (AP50 {ReportText.Figure(metrics.AP50)})",
            [.. metrics.PrecisionByRecall.Take(reached + 1).Select((precision, percent) => (percent / 100.0, precision))]);
    }
}
