namespace RetinaSharp.Experiments.Reports;

/// <summary>A paragraph of text.</summary>
/// <param name="Text">The text.</param>
public sealed record Paragraph(string Text) : ReportBlock;
