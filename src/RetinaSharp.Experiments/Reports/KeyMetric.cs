namespace RetinaSharp.Experiments.Reports;

/// <summary>One of <see cref="KeyMetrics"/>.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Value">The value as shown, with its unit.</param>
/// <param name="Note">Additional information; empty for none.</param>
public sealed record KeyMetric(string Label, string Value, string Note = "");
