namespace RetinaSharp.Experiments.Reports;

/// <summary>A table in a report. The first cell of a row is the row's heading; columns of numbers are right-aligned.</summary>
/// <param name="Caption">Caption of the table.</param>
/// <param name="Columns">Column headings.</param>
/// <param name="Rows">The rows, each with as many cells as there are columns.</param>
/// <param name="IsFolded">Whether the table is collapsed until the reader opens it.</param>
public sealed record ReportTable(
    string Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<TableCell>> Rows, bool IsFolded = false) : ReportBlock;
