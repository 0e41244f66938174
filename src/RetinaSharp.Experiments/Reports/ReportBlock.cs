namespace RetinaSharp.Experiments.Reports;

/// <summary>
/// What a section is made of: <see cref="Paragraph"/>, <see cref="KeyFigures"/>, <see cref="ReportTable"/>,
/// <see cref="LineChart"/>, <see cref="BarChart"/> or <see cref="PictureGrid"/>.
/// </summary>
public abstract record ReportBlock
{
    private protected ReportBlock()
    {
    }
}
