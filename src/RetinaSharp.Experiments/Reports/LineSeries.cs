namespace RetinaSharp.Experiments.Reports;

/// <summary>A series of a <see cref="LineChart"/>.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Points">Points in any order; of several with equal x the last counts, non-finite ones are left out.</param>
public sealed record LineSeries(string Name, IReadOnlyList<(double X, double Y)> Points);
