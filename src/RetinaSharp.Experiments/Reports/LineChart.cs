namespace RetinaSharp.Experiments.Reports;

/// <summary>Curves over a common axis. The reader can unfold the numbers as a table.</summary>
/// <param name="Title">What the chart shows.</param>
/// <param name="XTitle">What the horizontal axis is.</param>
/// <param name="YTitle">What the vertical axis is.</param>
/// <param name="Series">The curves, told apart by colour and dashes; up to six.</param>
/// <param name="IsXLogarithmic">Whether the horizontal axis is logarithmic; points from 0 down are then left out.</param>
/// <param name="IsYLogarithmic">Whether the vertical axis is logarithmic; points from 0 down are then left out.</param>
/// <param name="IsOfShares">Whether both axes go from 0 to 1, so that charts can be compared.</param>
public sealed record LineChart(
    string Title, string XTitle, string YTitle, IReadOnlyList<LineSeries> Series, bool IsXLogarithmic = false, bool IsYLogarithmic = false,
    bool IsOfShares = false) : ReportBlock
{
    /// <summary>Most curves of a chart: the style sheet has so many colours.</summary>
    internal const int MaxSeries = 6;
}
