namespace RetinaSharp.Experiments.Reports;

/// <summary>A report as a document; <see cref="HtmlReport"/> writes it. All text is plain text, whatever it holds.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Lead">What it is about and what came out, in a sentence or two.</param>
/// <param name="Sections">Its sections, in reading order.</param>
public sealed record Report(string Title, string Lead, IReadOnlyList<ReportSection> Sections);
