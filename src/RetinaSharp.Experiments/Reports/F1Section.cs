using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Creates the report section on F1 as a function of the score threshold.</summary>
internal static class F1Section
{
    // Number of intervals between the points of a curve, over scores from 0 to 1.
    private const int Steps = 100;

    /// <summary>
    /// Creates a section with charts of F1, precision and recall by score threshold, and a table of the best threshold of each class. Returns null if no
    /// detection is a true positive.
    /// </summary>
    public static ReportSection? Create(F1Curves curves)
    {
        if (curves.Overall.Best is not { } best)
            return null;
        var classes = curves.PerClass.Where(one => one.GroundTruthCount > 0).ToList();
        var drawn = classes.OrderByDescending(one => one.GroundTruthCount).Take(LineChart.MaxSeries - 1).ToHashSet();
        return new("Score threshold",
        [
            new Paragraph($"F1 at IoU .5, as mean over the classes, is highest for detections with a score of {best.Threshold:0.000} or more: "
                + $"F1 {best.F1:0.000}, precision {best.Precision:0.000}, recall {best.Recall:0.000}."),
            Chart($"F1 by score threshold{(drawn.Count < classes.Count ? ", classes with the most ground truth" : "")}", "F1",
            [
                Series("all classes, mean", curves.Overall, point => point.F1), .. classes.Where(drawn.Contains).Select(one => Series(one.Category.Name, one.Curve, point => point.F1)),
            ]),
            Chart("Precision, recall and F1 by score threshold, mean over classes", "precision, recall, F1",
            [
                Series("F1", curves.Overall, point => point.F1), Series("precision", curves.Overall, point => point.Precision), Series("recall", curves.Overall, point => point.Recall),
            ]),
            new ReportTable("Best F1 by class", ["Class", "Ground truth", "Best F1", "Threshold", "Precision", "Recall", $"F1 at {best.Threshold:0.000}"],
            [
                Row("all classes, mean", classes.Sum(one => one.GroundTruthCount), curves.Overall, best.Threshold),
                .. classes.Select(one => Row(one.Category.Name, one.GroundTruthCount, one.Curve, best.Threshold)),
            ]),
        ]);
    }

    private static IReadOnlyList<TableCell> Row(string name, int groundTruthCount, F1Curve curve, double threshold) =>
    [
        name, $"{groundTruthCount}", ReportText.Metric(curve.Best?.F1), ReportText.Metric(curve.Best?.Threshold), ReportText.Metric(curve.Best?.Precision),
        ReportText.Metric(curve.Best?.Recall), ReportText.Metric(curve.At(threshold).F1),
    ];

    private static LineChart Chart(string title, string yTitle, IReadOnlyList<LineSeries> series) => new(title, "score threshold", yTitle, series, HasUnitAxes: true);

    private static LineSeries Series(string name, F1Curve curve, Func<F1Point, double> value) =>
        new(name, [.. Enumerable.Range(0, Steps + 1).Select(step => step / (double)Steps).Select(threshold => (threshold, value(curve.At(threshold))))]);
}
