using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Tables and number formats that several reports share.</summary>
internal static class ReportText
{
    /// <summary>A table of COCO metrics, with a column for each of several results.</summary>
    public static ReportTable MetricsTable(string caption, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<(string Name, double? Value)>> results) =>
        new(caption, ["Metric", .. names, "Meaning"],
        [
            .. Enumerable.Range(0, results[0].Count).Select(row =>
            {
                var name = results[0][row].Name;
                return (IReadOnlyList<TableCell>)[name, .. TableCell.Compare([.. results.Select(result => result[row].Value)]), CocoSummary.Descriptions[name]];
            }),
        ]);

    /// <summary>A table of COCO metrics, with a column for each of several results.</summary>
    public static ReportTable MetricsTable(string caption, IReadOnlyList<string> names, IReadOnlyList<CocoSummary> results) =>
        MetricsTable(caption, names, [.. results.Select(result => (IReadOnlyList<(string, double?)>)[.. result.ByName().Select(metric => (metric.Name, (double?)metric.Value))])]);

    /// <summary>A metric in [0, 1]; null and negative ones are missing.</summary>
    public static string Metric(double? value) => value is >= 0 ? value.Value.ToString("0.000") : TableCell.None;

    /// <summary>A duration without line breaks.</summary>
    public static string Duration(TimeSpan time) => Durations.Text(time).Replace(' ', '\u00A0');
}
