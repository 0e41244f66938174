using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Precision-recall curves at IoU .5, whose mean is AP50.</summary>
internal static class PrecisionRecall
{
    /// <summary>A chart of one model with a curve for each of the classes with the most ground truth; null without ground truth.</summary>
    public static LineChart? ByClass(CocoMetrics metrics)
    {
        var classes = Chosen(metrics);
        return classes.Count == 0 ? null : Chart(
            $"Precision-recall curves at IoU .5{(classes.Count < metrics.PerClass.Count ? ", classes with the most boxes" : "")}",
            [.. classes.Select(index => Curve(metrics.PerClass[index].Category.Name, metrics.PerClass[index]))]);
    }

    /// <summary>A chart for each of the classes with the most ground truth, with a curve for each model.</summary>
    /// <param name="runs">At most six models, evaluated on the same images.</param>
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

    /// <summary>A curve up to the highest recall that is reached, and there down to 0.</summary>
    private static LineSeries Curve(string name, ClassMetrics metrics)
    {
        var reached = metrics.PrecisionByRecall.TakeWhile(precision => precision > 0).Count();
        return new($"{name} (AP50 {ReportText.Metric(metrics.AP50)})",
            [.. metrics.PrecisionByRecall.Take(reached + 1).Select((precision, percent) => (percent / 100.0, precision))]);
    }
}
