using System.Globalization;
using System.Text.RegularExpressions;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace RetinaSharp.Experiments.Charts;

/// <summary>Renders line charts as SVG with ScottPlot. The same chart always gives the same bytes.</summary>
internal static partial class ChartSvg
{
    // In pixels. The chart is small, so that text of 13 pixels stays legible when it is scaled to the width of a phone.
    private const int Width = 460, PlotHeight = 290, LegendRow = 22, TitleHeight = 32;
    private const float TextSize = 13, MarkerSize = 4, ScatterMarkerSize = 8;

    // Series with more points have no markers.
    private const int MaxMarkers = 60;

    // All colors of a chart, in light and in dark mode: background, text, grid, then one per series.
    private static readonly (string Light, string Dark)[] Colors =
    [
        ("white", "#14181f"), ("#566072", "#a2adbd"), ("#D9DEE6", "#343d4b"),
        ("#0B6BB5", "#5aaeee"), ("#C8500A", "#ff9354"), ("#0A7F5C", "#3fc79a"), ("#A4438A", "#e48dcb"), ("#8A6D00", "#e0b93a"), ("#4B5563", "#b3bcc9"),
    ];

    // Dash patterns of the series, which thus also differ without color. report.css has the same patterns.
    private static readonly LinePattern[] Patterns =
        [LinePattern.Solid, new([7, 3], 0, "7 3"), new([2, 3], 0, "2 3"), new([9, 3, 2, 3], 0, "9 3 2 3"), new([4, 2], 0, "4 2"), new([12, 3], 0, "12 3")];

    // Marker shapes of the series of a scatter chart, and characters of the same shapes for its legend.
    private static readonly (MarkerShape Shape, string Character)[] Markers =
    [
        (MarkerShape.FilledCircle, "●"), (MarkerShape.FilledSquare, "■"), (MarkerShape.FilledDiamond, "◆"), (MarkerShape.FilledTriangleUp, "▲"), (MarkerShape.FilledTriangleDown, "▼"),
        (MarkerShape.Cross, "+"),
    ];

    /// <summary>Returns a character with the shape of the markers of a series in a scatter chart.</summary>
    /// <param name="series">Index of the series.</param>
    public static string Marker(int series) => Markers[series].Character;

    /// <summary>
    /// CSS for charts, which have the class <c>chart</c>: the font, and the colors of dark mode, which override the colors in the SVG's attributes.
    /// </summary>
    public static string Style { get; } = $$"""
        .chart text { font-family: {{EmbeddedFont.Family}}, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
        @media screen and (prefers-color-scheme: dark) {
        {{string.Join('\n', Colors.Select(color => $"  .chart [fill=\"{color.Light}\" i] {{ fill: {color.Dark}; }} .chart [stroke=\"{color.Light}\" i] {{ stroke: {color.Dark}; }}"))}}
        }
        """;

    /// <summary>Renders a chart without title and legend, for an HTML page that includes <see cref="Style"/> and shows title and legend itself.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="number">Index of the chart in the page, for unique element ids.</param>
    public static string Render(LineChart chart, int number)
    {
        using var plot = Plot(chart);
        plot.HideLegend();
        return Clean(plot.GetSvgXml(Width, PlotHeight), number);
    }

    /// <summary>Renders a chart with title and legend as a standalone SVG file.</summary>
    /// <param name="chart">The chart.</param>
    /// <exception cref="ArgumentException">No point can be drawn, or there are too many series.</exception>
    public static string RenderFile(LineChart chart)
    {
        if (chart.Series.Count > LineChart.MaxSeries)
            throw new ArgumentException($"a chart has at most {LineChart.MaxSeries} series, not {chart.Series.Count}", nameof(chart));
        if (chart.Series.All(series => !Points(series, chart).Any()))
            throw new ArgumentException("a chart needs a point", nameof(chart));
        using var plot = Plot(chart);
        plot.Title(chart.Title, 16);
        plot.Axes.Title.Label.ForeColor = Color.FromHex(Colors[1].Light);
        plot.Axes.Title.Label.Bold = false;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = ScottPlot.Colors.Transparent;
        plot.Legend.BackgroundColor = ScottPlot.Colors.White;
        plot.Legend.FontColor = Color.FromHex(Colors[1].Light);
        plot.Legend.FontSize = TextSize;
        plot.Legend.TightHorizontalWrapping = true;
        plot.ShowLegend(Edge.Bottom);
        var svg = Clean(plot.GetSvgXml(Width, PlotHeight + TitleHeight + (LegendRow * (1 + (chart.Series.Sum(series => series.Name.Length + 6) / 56)))), 0);
        return svg.Insert(svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1, $"\n<title>{System.Net.WebUtility.HtmlEncode(chart.Title)}</title>\n<style>{Style}</style>");
    }

    private static Plot Plot(LineChart chart)
    {
        ChartFont.Register();
        var plot = new Plot();
        plot.Font.Set(EmbeddedFont.Family);
        var (paper, text, grid) = (ScottPlot.Colors.White, Color.FromHex(Colors[1].Light), Color.FromHex(Colors[2].Light));
        plot.FigureBackground.Color = paper;
        plot.DataBackground.Color = paper;
        plot.Axes.Color(text);
        plot.Axes.FrameColor(grid);
        plot.Grid.MajorLineColor = grid;
        for (var i = 0; i < chart.Series.Count; i++)
        {
            var points = Points(chart.Series[i], chart).ToList();
            if (points.Count == 0)
                continue;
            var curve = plot.Add.Scatter(points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray(), Color.FromHex(Colors[3 + i].Light));
            curve.LegendText = chart.Series[i].Name;
            if (chart.IsScatter)
            {
                curve.LineWidth = 0;
                curve.MarkerSize = ScatterMarkerSize;
                curve.MarkerShape = Markers[i].Shape;
                continue;
            }

            curve.LineWidth = 2;
            curve.LinePattern = Patterns[i];
            curve.MarkerSize = points.Count > MaxMarkers ? 0 : MarkerSize;
        }

        SetAxis(plot.Axes.Bottom, chart.XTitle, chart.IsXLogarithmic, isWhole: chart.Series.All(series => series.Points.All(point => double.IsInteger(point.X))));
        SetAxis(plot.Axes.Left, chart.YTitle, chart.IsYLogarithmic, isWhole: false);
        if (chart.HasUnitAxes)
            plot.Axes.SetLimits(0, 1, 0, 1);
        else
            plot.Axes.Margins(.02, .06);
        return plot;
    }

    private static void SetAxis(IAxis axis, string title, bool isLogarithmic, bool isWhole)
    {
        axis.Label.Text = title;
        axis.Label.Bold = false;
        axis.Label.FontSize = TextSize;
        axis.TickLabelStyle.FontSize = TextSize;
        axis.TickGenerator = isLogarithmic
            ? new NumericAutomatic { IntegerTicksOnly = true, MinorTickGenerator = new LogMinorTickGenerator(), LabelFormatter = exponent => Text(Math.Pow(10, exponent)) }
            : new NumericAutomatic { IntegerTicksOnly = isWhole, LabelFormatter = Text };
    }

    // The points of a series by ascending x, in axis coordinates: logarithms on a logarithmic axis.
    private static IEnumerable<(double X, double Y)> Points(LineSeries series, LineChart chart) =>
        ChartData.Points(series, chart).Select(point => (chart.IsXLogarithmic ? Math.Log10(point.X) : point.X, chart.IsYLogarithmic ? Math.Log10(point.Y) : point.Y));

    private static string Text(double value) => double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        .ToString(Math.Abs(value) is >= 1e-4 or 0 ? "0.######" : "0.###E0", CultureInfo.InvariantCulture).Replace('-', '\u2212');

    // Makes the SVG scale with its container, its ids unique in the page, and its coordinates short. Fixes the width of each text, which is
    // then the same in other fonts than the embedded one.
    private static string Clean(string svg, int number)
    {
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        svg = Letters().Replace(svg, match => $"x=\"{match.Groups[1].Value}\"{WidthOf(match)} y=\"{match.Groups[3].Value}\"");
        svg = Attributes().Replace(svg, attribute => Fractions().Replace(attribute.Value, fraction => Text(Parse(fraction.Value), "0.##")));
        // Skia numbers its clip ids per process.
        var clips = new Dictionary<string, int>();
        svg = Clips().Replace(svg, match => $"c{number}-{(clips.TryGetValue(match.Value, out var clip) ? clip : clips[match.Value] = clips.Count)}");
        return Size().Replace(svg, match => $"<svg{match.Groups[1].Value} class=\"chart\" viewBox=\"0 0 {match.Groups[2].Value} {match.Groups[3].Value}\"", 1);
    }

    // Skia writes the position of every letter, but not the end of the last one: its width is taken as the mean of the others.
    private static string WidthOf(Match text)
    {
        var (first, letters) = (Parse(text.Groups[1].Value), text.Groups[2].Captures);
        return letters.Count == 0 ? "" : $" textLength=\"{Text((Parse(letters[^1].Value) - first) * (letters.Count + 1) / letters.Count, "0.##")}\" lengthAdjust=\"spacingAndGlyphs\"";
    }

    private static double Parse(string number) => double.Parse(number, CultureInfo.InvariantCulture);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    [GeneratedRegex("""(?<= )x="(-?[\d.e-]+)(?:, (-?[\d.e-]+))*, " y="(-?[\d.e-]+), [^"]*["]""")]
    private static partial Regex Letters();

    [GeneratedRegex("=\"[^\"]*\"")]
    private static partial Regex Attributes();

    [GeneratedRegex(@"\d+\.\d{3,}")]
    private static partial Regex Fractions();

    [GeneratedRegex("(?<=[\"#])cl_[0-9a-f]+(?=[\")])")]
    private static partial Regex Clips();

    [GeneratedRegex("""<svg([^>]*?) width="(\d+)" height="(\d+)"(?=[^>]*>)""")]
    private static partial Regex Size();
}
