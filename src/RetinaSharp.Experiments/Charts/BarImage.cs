using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;
using ScottPlot;
using Image = RetinaSharp.Imaging.Image;

namespace RetinaSharp.Experiments.Charts;

/// <summary>Draws a bar chart with one series as an image, with ScottPlot.</summary>
internal static class BarImage
{
    // In pixels.
    private const int Width = 900, BarHeight = 26, FrameHeight = 70;
    private const float TextSize = 14, TitleSize = 18;

    private static readonly Color Fill = Color.FromHex("#0B6BB5"), Ink = Color.FromHex("#1c2430");

    /// <summary>Draws a chart.</summary>
    /// <param name="chart">The chart; of several series, the first is drawn.</param>
    public static Image Draw(BarChart chart)
    {
        ChartFont.Register();
        using var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Family);
        var count = chart.Categories.Count;
        // The vertical axis points up, and the first category is the topmost.
        var bars = plot.Add.Bars(chart.Series[0].Values.Select((value, i) => new Bar
        {
            Position = count - 1 - i,
            Value = value,
            FillColor = Fill,
            LineWidth = 0,
            ValueLabel = value.ToString(chart.Format),
        }).ToArray());
        bars.Horizontal = true;
        bars.ValueLabelStyle.FontSize = TextSize;
        bars.ValueLabelStyle.ForeColor = Ink;
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, count).Select(i => (double)(count - 1 - i))], [.. chart.Categories]);
        plot.Axes.Left.TickLabelStyle.FontSize = TextSize;
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Bottom.IsVisible = false;
        plot.Axes.Right.IsVisible = false;
        plot.Axes.Top.IsVisible = false;
        plot.HideGrid();
        plot.Title(chart.Title, TitleSize);
        plot.Axes.Title.Label.Bold = false;
        plot.Axes.Title.Label.ForeColor = Ink;
        plot.Axes.SetLimits(0, Math.Max(1, chart.Series[0].Values.DefaultIfEmpty(0).Max()) * 1.12, -.6, count - .4);
        return Image.Decode(plot.GetImageBytes(Width, FrameHeight + BarHeight * Math.Max(1, count), ScottPlot.ImageFormat.Png));
    }
}
