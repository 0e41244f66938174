namespace RetinaSharp.Experiments.Reports;

/// <summary>A number that a report shows in large type; see <see cref="KeyMetrics"/>.</summary>
/// <param name="Label">Name of the metric.</param>
/// <param name="Value">The value as text, with its unit.</param>
/// <param name="Note">Additional information in small type; empty for none.</param>
public sealed record KeyMetric(string Label, string Value, string Note = "");
