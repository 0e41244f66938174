namespace RetinaSharp.Experiments.Reports;

/// <summary>A part of a report under its own heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Blocks">What it holds, in reading order. Line charts beside each other share a row where it is wide enough.</param>
public sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks);
