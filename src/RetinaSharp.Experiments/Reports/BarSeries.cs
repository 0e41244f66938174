namespace RetinaSharp.Experiments.Reports;

/// <summary>A series of a <see cref="BarChart"/>: bars of one color.</summary>
/// <param name="Name">Name.</param>
/// <param name="Values">A value per category; negative and non-finite ones have no bar.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double> Values);
