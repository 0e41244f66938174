namespace RetinaSharp.Experiments.Reports;

/// <summary>The bars of one colour of a <see cref="BarChart"/>.</summary>
/// <param name="Name">Their name.</param>
/// <param name="Values">A value for each category; one that is below 0 or not finite has no bar.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double> Values);
