using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Words and figures that several reports share.</summary>
internal static class ReportText
{
    /// <summary>A table of COCO's twelve figures, a column for each of several results.</summary>
    public static ReportTable Figures(string caption, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<(string Name, double? Value)>> results) =>
        new(caption, ["Figure", .. names, "Meaning"],
        [
            .. Enumerable.Range(0, results[0].Count).Select(row =>
            {
                var name = results[0][row].Name;
                return (IReadOnlyList<TableCell>)[name, .. TableCell.Compare([.. results.Select(result => result[row].Value)]), CocoFigures.Meanings[name]];
            }),
        ]);

    /// <summary>The same for results as they were measured.</summary>
    public static ReportTable Figures(string caption, IReadOnlyList<string> names, IReadOnlyList<CocoFigures> results) =>
        Figures(caption, names, [.. results.Select(result => (IReadOnlyList<(string, double?)>)[.. result.ByName().Select(figure => (figure.Name, (double?)figure.Value))])]);

    /// <summary>A figure from 0 to 1.</summary>
    public static string Figure(double? value) => value is >= 0 ? value.Value.ToString("0.000") : TableCell.None;

    /// <summary>A span of time that no line breaks.</summary>
    public static string Duration(TimeSpan time) => Durations.Text(time).Replace(' ', '\u00A0');
}
