namespace RetinaSharp.Experiments.Reports;

/// <summary>
/// A square matrix of counts, such as a confusion matrix, as a table. Each cell is shaded by its share of the row, and its count is text that can be copied.
/// </summary>
/// <param name="Caption">Caption of the table.</param>
/// <param name="RowTitle">What the rows are.</param>
/// <param name="ColumnTitle">What the columns are.</param>
/// <param name="Labels">Headings of the rows, and in the same order of the columns.</param>
/// <param name="Counts">Counts of at least 0, indexed by row and column; as many rows and columns as there are labels.</param>
public sealed record HeatMapTable(
    string Caption, string RowTitle, string ColumnTitle, IReadOnlyList<string> Labels, IReadOnlyList<IReadOnlyList<int>> Counts) : ReportBlock
{
    /// <summary>The darkest shading level. Levels go from 0 (share 0 of the row) to this (share 1); the style sheet has a class for each.</summary>
    internal const int Levels = 10;

    /// <summary>Returns the shading level of a cell, from 0 to <see cref="Levels"/>.</summary>
    internal int Level(int row, int column)
    {
        var total = Counts[row].Sum();
        return total == 0 ? 0 : (int)Math.Ceiling((double)Levels * Counts[row][column] / total);
    }
}
