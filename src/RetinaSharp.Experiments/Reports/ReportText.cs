using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Words and figures that several reports share.</summary>
internal static class ReportText
{
    /// <summary>What COCO's figures measure.</summary>
    public static IReadOnlyDictionary<string, string> Meanings { get; } = new Dictionary<string, string>
    {
        ["AP"] = "average precision, mean over IoU .50 to .95",
        ["AP50"] = "average precision at IoU .50",
        ["AP75"] = "average precision at IoU .75",
        ["APs"] = "average precision, small objects, up to 32²",
        ["APm"] = "average precision, medium objects, 32² to 96²",
        ["APl"] = "average precision, large objects, from 96²",
        ["AR1"] = "average recall, 1 detection",
        ["AR10"] = "average recall, 10 detections",
        ["AR100"] = "average recall, 100 detections",
        ["ARs"] = "average recall, small objects",
        ["ARm"] = "average recall, medium objects",
        ["ARl"] = "average recall, large objects",
    };

    /// <summary>A table of COCO's twelve figures, a column for each of several results.</summary>
    public static ReportTable Figures(string caption, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<(string Name, double? Value)>> results) =>
        new(caption, ["Figure", .. names, "Meaning"],
        [
            .. Enumerable.Range(0, results[0].Count).Select(row =>
            {
                var name = results[0][row].Name;
                return (IReadOnlyList<TableCell>)[name, .. TableCell.Compare([.. results.Select(result => result[row].Value)]), Meanings[name]];
            }),
        ]);

    /// <summary>The same for results as they were measured.</summary>
    public static ReportTable Figures(string caption, IReadOnlyList<string> names, IReadOnlyList<CocoFigures> results) =>
        Figures(caption, names, [.. results.Select(result => (IReadOnlyList<(string, double?)>)[.. result.ByName().Select(figure => (figure.Name, (double?)figure.Value))])]);

    /// <summary>A figure from 0 to 1.</summary>
    public static string Figure(double? value) => value is >= 0 ? value.Value.ToString("0.000") : TableCell.None;

    /// <summary>The two largest units; a line may break between them, but not within.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => $"{(int)time.TotalHours}\u00A0h {time.Minutes:00}\u00A0min",
        { TotalMinutes: >= 1 } => $"{time.Minutes}\u00A0min {time.Seconds:00}\u00A0s",
        _ => $"{time.TotalSeconds:0}\u00A0s",
    };
}
