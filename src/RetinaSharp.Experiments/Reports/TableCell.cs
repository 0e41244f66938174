namespace RetinaSharp.Experiments.Reports;

/// <summary>A cell of a <see cref="ReportTable"/>.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsBest">Whether it is marked as the best of its kind.</param>
public readonly record struct TableCell(string Text, bool IsBest = false)
{
    /// <summary>Text of a missing value.</summary>
    public const string None = "–";

    /// <summary>Creates a cell of plain text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator TableCell(string text) => new(text);

    /// <summary>Cells of values of which the highest is best: it is marked, with all that are equal as shown, unless all are.</summary>
    /// <param name="values">The values; null and negative ones are missing, as in COCO metrics.</param>
    /// <param name="format">Number format.</param>
    public static IReadOnlyList<TableCell> Compare(IReadOnlyList<double?> values, string format = "0.000")
    {
        // Compared as shown: none is best by a digit that is not visible.
        string[] texts = [.. values.Select(value => value is >= 0 ? value.Value.ToString(format) : None)];
        var present = values.Where(value => value is >= 0).ToArray();
        var best = present.Length == 0 ? None : present.Max()!.Value.ToString(format);
        var isDecided = present.Length > 1 && texts.Any(text => text != None && text != best);
        return [.. texts.Select(text => new TableCell(text, isDecided && text == best))];
    }
}
