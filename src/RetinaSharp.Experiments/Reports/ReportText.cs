using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Creates tables and formats numbers for the reports.</summary>
internal static class ReportText
{
    /// <summary>Creates a table of COCO metrics with a row per metric and a column per result, the best value of each row marked.</summary>
    /// <param name="caption">Caption of the table.</param>
    /// <param name="names">Column headings, one per result.</param>
    /// <param name="results">The results: metrics by name, all with the same metrics in the same order; null values are missing.</param>
    public static ReportTable MetricsTable(string caption, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<(string Name, double? Value)>> results) =>
        new(caption, ["Metric", .. names, "Meaning"],
        [
            .. Enumerable.Range(0, results[0].Count).Select(row =>
            {
                var name = results[0][row].Name;
                return (IReadOnlyList<TableCell>)[name, .. TableCell.Compare([.. results.Select(result => result[row].Value)]), CocoSummary.Descriptions[name]];
            }),
        ]);

    /// <summary>Creates a table of COCO metrics with a row per metric and a column per result, the best value of each row marked.</summary>
    /// <param name="caption">Caption of the table.</param>
    /// <param name="names">Column headings, one per result.</param>
    /// <param name="results">The results.</param>
    public static ReportTable MetricsTable(string caption, IReadOnlyList<string> names, IReadOnlyList<CocoSummary> results) =>
        MetricsTable(caption, names, [.. results.Select(result => (IReadOnlyList<(string, double?)>)[.. result.ByName().Select(metric => (metric.Name, (double?)metric.Value))])]);

    /// <summary>Formats a metric in [0, 1] with three decimals; null and negative values as missing.</summary>
    public static string Metric(double? value) => value is >= 0 ? value.Value.ToString("0.000") : TableCell.None;

    /// <summary>Formats a duration with non-breaking spaces.</summary>
    public static string Duration(TimeSpan time) => Durations.Text(time).Replace(' ', '\u00A0');
}
