namespace RetinaSharp.Experiments.Reports;

/// <summary>Horizontal bars with their values, grouped by category.</summary>
/// <param name="Title">Title.</param>
/// <param name="Categories">Names of the categories.</param>
/// <param name="Series">One bar of each series per category; 1 to 6.</param>
/// <param name="Format">Number format of the values.</param>
public sealed record BarChart(string Title, IReadOnlyList<string> Categories, IReadOnlyList<BarSeries> Series, string Format = "0.000") : ReportBlock;
