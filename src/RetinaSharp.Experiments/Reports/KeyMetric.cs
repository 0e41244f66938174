namespace RetinaSharp.Experiments.Reports;

/// <summary>One of <see cref="KeyFigures"/>.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">The figure as shown, with its unit.</param>
/// <param name="Note">What else to know of it; empty for nothing.</param>
public sealed record KeyFigure(string Label, string Value, string Note = "");
