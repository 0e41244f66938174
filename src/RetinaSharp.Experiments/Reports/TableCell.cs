namespace RetinaSharp.Experiments.Reports;

/// <summary>A cell of a <see cref="ReportTable"/>.</summary>
/// <param name="Text">Text of the cell.</param>
/// <param name="IsBest">Whether the cell is marked as the best of the values that it is compared with.</param>
public readonly record struct TableCell(string Text, bool IsBest = false)
{
    /// <summary>Text of a cell whose value is missing.</summary>
    public const string None = "–";

    /// <summary>Creates a cell of plain text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator TableCell(string text) => new(text);

    /// <summary>
    /// Creates cells of values that are compared; the highest value is best. All cells with the same text as the best are marked. None is marked if there is
    /// only one value, or all have the same text.
    /// </summary>
    /// <param name="values">The values; null and negative values are shown as missing, as COCO metrics are -1 without ground truth.</param>
    /// <param name="format">.NET number format of the values.</param>
    public static IReadOnlyList<TableCell> Compare(IReadOnlyList<double?> values, string format = "0.000")
    {
        // The texts are compared, so that no value is best by a digit that is not shown.
        string[] texts = [.. values.Select(value => value is >= 0 ? value.Value.ToString(format) : None)];
        var present = values.Where(value => value is >= 0).ToArray();
        var best = present.Length == 0 ? None : present.Max()!.Value.ToString(format);
        var isDecided = present.Length > 1 && texts.Any(text => text != None && text != best);
        return [.. texts.Select(text => new TableCell(text, isDecided && text == best))];
    }
}
