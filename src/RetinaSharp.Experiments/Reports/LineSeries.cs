namespace RetinaSharp.Experiments.Reports;

/// <summary>A series of a <see cref="LineChart"/>: one curve.</summary>
/// <param name="Name">Name of the series in the legend.</param>
/// <param name="Points">Points in any order. Of several points with the same x, the last one counts; non-finite points are left out.</param>
public sealed record LineSeries(string Name, IReadOnlyList<(double X, double Y)> Points);
