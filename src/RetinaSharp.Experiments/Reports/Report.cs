namespace RetinaSharp.Experiments.Reports;

/// <summary>A report as a document, written by <see cref="HtmlReport"/>. All text is plain text and is escaped when written.</summary>
/// <param name="Title">Title.</param>
/// <param name="Lead">Subject and result, in a sentence or two.</param>
/// <param name="Sections">Sections, in reading order.</param>
public sealed record Report(string Title, string Lead, IReadOnlyList<ReportSection> Sections);
