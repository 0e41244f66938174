namespace RetinaSharp.Experiments.Reports;

/// <summary>A chart of horizontal bars with their values as text, grouped by category.</summary>
/// <param name="Title">Title of the chart.</param>
/// <param name="Categories">Names of the categories.</param>
/// <param name="Series">1 to 6 series, each with one bar per category.</param>
/// <param name="Format">.NET number format of the values.</param>
public sealed record BarChart(string Title, IReadOnlyList<string> Categories, IReadOnlyList<BarSeries> Series, string Format = "0.000") : ReportBlock;
