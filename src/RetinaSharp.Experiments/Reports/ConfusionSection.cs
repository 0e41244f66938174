using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Creates the report section on a confusion matrix.</summary>
internal static class ConfusionSection
{
    private const string Background = "background";

    // A larger matrix would make up most of the report's size and is too large to read.
    private const int MaxMatrixClasses = 100;
    private const int MaxPairs = 20;

    /// <summary>Creates a section with the matrix, if it has at most 100 classes, and the pairs of classes that are confused most often.</summary>
    public static ReportSection Create(ConfusionMatrix matrix)
    {
        var blocks = new List<ReportBlock>
        {
            new Paragraph($"Detections with a score of {matrix.ScoreThreshold:0.000} or more, the threshold of the best F1, matched at IoU .5. Row {Background}: false positives; "
                + $"column {Background}: false negatives. Cells are shaded by their share of the row."),
        };
        string[] names = [.. matrix.Categories.Select(category => category.Name), Background];
        if (matrix.Categories.Count <= MaxMatrixClasses)
        {
            blocks.Add(new HeatMapTable("Confusion matrix", "actual", "predicted", names,
                [.. names.Select((_, actual) => (IReadOnlyList<int>)[.. names.Select((_, predicted) => matrix[actual, predicted])])]));
        }

        var pairs = Pairs(matrix);
        blocks.Add(pairs.Count == 0
            ? new Paragraph("No two classes are confused.")
            : new ReportTable($"Classes that are confused{(pairs.Count > MaxPairs ? $", the {MaxPairs} most frequent of {pairs.Count} pairs" : "")}",
                ["Actual", "Predicted", "Objects", "Share of actual"],
                [.. pairs.Take(MaxPairs).Select(pair => (IReadOnlyList<TableCell>)[names[pair.Actual], names[pair.Predicted], $"{pair.Count}", $"{pair.Share:0.000}"])]));
        return new("Confusion matrix", blocks);
    }

    private static List<(int Actual, int Predicted, int Count, double Share)> Pairs(ConfusionMatrix matrix)
    {
        var pairs = new List<(int Actual, int Predicted, int Count, double Share)>();
        for (var actual = 0; actual < matrix.Background; actual++)
        {
            var total = Enumerable.Range(0, matrix.Background + 1).Sum(predicted => matrix[actual, predicted]);
            for (var predicted = 0; predicted < matrix.Background; predicted++)
                if (predicted != actual && matrix[actual, predicted] > 0)
                    pairs.Add((actual, predicted, matrix[actual, predicted], matrix[actual, predicted] / (double)total));
        }

        return [.. pairs.OrderByDescending(pair => pair.Count)];
    }
}
