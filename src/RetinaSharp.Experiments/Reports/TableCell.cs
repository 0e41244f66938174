namespace RetinaSharp.Experiments.Reports;

/// <summary>A cell of a <see cref="ReportTable"/>.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsBest">Whether it is marked as the best of its kind.</param>
public readonly record struct TableCell(string Text, bool IsBest = false)
{
    /// <summary>What stands for a figure that there is not.</summary>
    public const string None = "–";

    /// <summary>A cell of plain text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator TableCell(string text) => new(text);

    /// <summary>Cells for figures of which the highest is best: all that share the first place are marked, unless all do.</summary>
    /// <param name="figures">The figures; null or below 0 is one that there is not, as in COCO's evaluation.</param>
    /// <param name="format">How they are shown.</param>
    public static IReadOnlyList<TableCell> Compare(IReadOnlyList<double?> figures, string format = "0.000")
    {
        // As shown: nobody is best by a digit that nobody sees.
        string[] texts = [.. figures.Select(figure => figure is >= 0 ? figure.Value.ToString(format) : None)];
        var there = figures.Where(figure => figure is >= 0).ToArray();
        var best = there.Length == 0 ? None : there.Max()!.Value.ToString(format);
        var isDecided = there.Length > 1 && texts.Any(text => text != None && text != best);
        return [.. texts.Select(text => new TableCell(text, isDecided && text == best))];
    }
}
