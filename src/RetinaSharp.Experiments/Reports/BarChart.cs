namespace RetinaSharp.Experiments.Reports;

/// <summary>Bars that lie, one group a category, with their values beside them.</summary>
/// <param name="Title">What the chart shows.</param>
/// <param name="Categories">Names of the groups.</param>
/// <param name="Series">A bar of each in every group; up to six.</param>
/// <param name="Format">How values are shown.</param>
public sealed record BarChart(string Title, IReadOnlyList<string> Categories, IReadOnlyList<BarSeries> Series, string Format = "0.000") : ReportBlock;
