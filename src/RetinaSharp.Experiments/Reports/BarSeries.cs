namespace RetinaSharp.Experiments.Reports;

/// <summary>A series of a <see cref="BarChart"/>: bars of one color.</summary>
/// <param name="Name">Name of the series in the chart.</param>
/// <param name="Values">One value per category; negative and non-finite values are shown as missing, without a bar.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double> Values);
