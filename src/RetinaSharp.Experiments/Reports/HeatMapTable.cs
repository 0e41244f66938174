namespace RetinaSharp.Experiments.Reports;

/// <summary>A square matrix of counts, each cell shaded by its share of the row: a heat map whose numbers can be read and copied.</summary>
/// <param name="Caption">Caption.</param>
/// <param name="RowTitle">What the rows are.</param>
/// <param name="ColumnTitle">What the columns are.</param>
/// <param name="Labels">Headings of rows and columns alike.</param>
/// <param name="Counts">[row][column]: counts, at least 0; as many rows and columns as there are labels.</param>
public sealed record HeatMapTable(
    string Caption, string RowTitle, string ColumnTitle, IReadOnlyList<string> Labels, IReadOnlyList<IReadOnlyList<int>> Counts) : ReportBlock
{
    /// <summary>Steps of the shading from no share of the row to all of it: the style sheet has a class for each.</summary>
    internal const int Levels = 10;

    /// <summary>The step of a cell, 0 for none.</summary>
    internal int Level(int row, int column)
    {
        var total = Counts[row].Sum();
        return total == 0 ? 0 : (int)Math.Ceiling((double)Levels * Counts[row][column] / total);
    }
}
