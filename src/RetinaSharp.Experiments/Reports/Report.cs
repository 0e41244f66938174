namespace RetinaSharp.Experiments.Reports;

/// <summary>
/// The content of a report, which <see cref="HtmlReport"/> writes as HTML. All texts are plain text; they are escaped when the report is written.
/// </summary>
/// <param name="Title">Title of the report.</param>
/// <param name="Lead">A sentence or two on the subject and the result, shown below the title.</param>
/// <param name="Sections">The sections, in reading order.</param>
public sealed record Report(string Title, string Lead, IReadOnlyList<ReportSection> Sections);
