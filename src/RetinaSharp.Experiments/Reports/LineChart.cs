namespace RetinaSharp.Experiments.Reports;

/// <summary>A line chart. The report also shows its numbers, in a table that is collapsed at first.</summary>
/// <param name="Title">Title of the chart.</param>
/// <param name="XTitle">Title of the x axis.</param>
/// <param name="YTitle">Title of the y axis.</param>
/// <param name="Series">The curves, in different colors and dashes; 1 to 6.</param>
/// <param name="IsXLogarithmic">Whether the x axis is logarithmic; points with x ≤ 0 are then left out.</param>
/// <param name="IsYLogarithmic">Whether the y axis is logarithmic; points with y ≤ 0 are then left out.</param>
/// <param name="HasUnitAxes">Whether both axes go from 0 to 1, whatever the points, so that charts can be compared.</param>
public sealed record LineChart(
    string Title, string XTitle, string YTitle, IReadOnlyList<LineSeries> Series, bool IsXLogarithmic = false, bool IsYLogarithmic = false,
    bool HasUnitAxes = false) : ReportBlock
{
    /// <summary>Maximum number of series, which is the number of colors in the style sheet.</summary>
    internal const int MaxSeries = 6;

    /// <summary>Whether points are drawn without lines between them. Then several points of a series may have the same x.</summary>
    public bool IsScatter { get; init; }
}
