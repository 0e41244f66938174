namespace RetinaSharp.Experiments.Reports;

/// <summary>A section of a report.</summary>
/// <param name="Title">Heading of the section.</param>
/// <param name="Blocks">The blocks of the section, in reading order. Consecutive line charts share a row if the page is wide enough.</param>
public sealed record ReportSection(string Title, IReadOnlyList<ReportBlock> Blocks);
