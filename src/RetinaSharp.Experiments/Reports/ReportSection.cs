namespace RetinaSharp.Experiments.Reports;

/// <summary>A section of a report.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Blocks">Its blocks, in reading order. Consecutive line charts share a row where the page is wide enough.</param>
public sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks);
