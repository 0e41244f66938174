namespace RetinaSharp.Experiments.Reports;

/// <summary>A table. The first cell of a row is the row's heading; columns of numbers are aligned to the right.</summary>
/// <param name="Caption">What the table shows.</param>
/// <param name="Columns">Headings of the columns.</param>
/// <param name="Rows">The rows, each with as many cells as there are columns.</param>
/// <param name="IsFolded">Whether only the caption is shown until the reader asks for the rest.</param>
public sealed record ReportTable(
    string Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<TableCell>> Rows, bool IsFolded = false) : ReportBlock;
