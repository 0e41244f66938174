namespace RetinaSharp.Experiments.Reports;

/// <summary>
/// A block of a <see cref="ReportSection"/>: <see cref="Paragraph"/>, <see cref="KeyMetrics"/>, <see cref="ReportTable"/>, <see cref="HeatMapTable"/>,
/// <see cref="LineChart"/>, <see cref="BarChart"/> or <see cref="PictureGrid"/>.
/// </summary>
public abstract record ReportBlock
{
    private protected ReportBlock()
    {
    }
}
