namespace RetinaSharp.Experiments.Reports;

/// <summary>A curve of a <see cref="LineChart"/>.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Its points, in any order; of several at one place the last counts, and one that is not finite is left out.</param>
public sealed record LineSeries(string Name, IReadOnlyList<(double X, double Y)> Points);
