using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Creates charts of precision-recall curves at IoU .5. The mean precision of a curve is the AP50 of its class.</summary>
internal static class PrecisionRecall
{
    /// <summary>Creates a chart of one model, with a curve for each of the up to six classes with the most ground truth; null if no class has any.</summary>
    public static LineChart? ByClass(CocoMetrics metrics)
    {
        var classes = Chosen(metrics);
        return classes.Count == 0 ? null : Chart(
            $"Precision-recall curves at IoU .5{(classes.Count < metrics.PerClass.Count ? ", classes with the most boxes" : "")}",
            [.. classes.Select(index => Curve(metrics.PerClass[index].Category.Name, metrics.PerClass[index]))]);
    }

    /// <summary>Creates a chart for each of the up to six classes with the most ground truth, with a curve for each run.</summary>
    /// <param name="runs">Names and metrics of at most six runs, evaluated on the same images.</param>
    public static IReadOnlyList<LineChart> ByRun(IReadOnlyList<(string Name, CocoMetrics Metrics)> runs) =>
    [
        .. Chosen(runs[0].Metrics).Select(index => Chart($"Precision-recall curve at IoU .5, {runs[0].Metrics.PerClass[index].Category.Name}",
            [.. runs.Select(run => Curve(run.Name, run.Metrics.PerClass[index]))])),
    ];

    private static List<int> Chosen(CocoMetrics metrics) =>
    [
        .. Enumerable.Range(0, metrics.PerClass.Count).Where(index => metrics.PerClass[index].GroundTruthCount > 0)
            .OrderByDescending(index => metrics.PerClass[index].GroundTruthCount).Take(LineChart.MaxSeries).Order(),
    ];

    private static LineChart Chart(string title, IReadOnlyList<LineSeries> series) => new(title, "recall", "precision", series, HasUnitAxes: true);

    /// <summary>Returns a curve up to the highest recall that the class reaches. Its last point is the next recall, with precision 0.</summary>
    private static LineSeries Curve(string name, ClassMetrics metrics)
    {
        var reached = metrics.PrecisionByRecall.TakeWhile(precision => precision > 0).Count();
        return new($"{name} (AP50 {ReportText.Metric(metrics.AP50)})",
            [.. metrics.PrecisionByRecall.Take(reached + 1).Select((precision, percent) => (percent / 100.0, precision))]);
    }
}
