using System.Globalization;
using System.Text;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Figures;

/// <summary>
/// A line chart as one SVG picture that needs nothing else. Its colours follow the reader's light or dark mode, its curves are told
/// apart by dashes too, and the same chart gives the same bytes.
/// </summary>
internal sealed class SvgFigure
{
    private const int Width = 720, PlotHeight = 340, Left = 62, Right = 22, Bottom = 54;
    private const int TitleBaseline = 28, FirstLegendRow = 54, LegendRow = 22, LegendSample = 26, LegendGap = 18;
    private const int TicksAcross = 10, TicksUp = 6;

    // What a letter of 13 pixels takes at most, on average.
    private const double LetterWidth = 6.8;

    // Colours and dashes are those of the reports.
    private static readonly string[] Dashes = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "12 3"];

    private const string Style = """
        .figure { --paper: #ffffff; --ink: #1c2430; --muted: #566072; --rule: #d9dee6;
          --s0: #0b6bb5; --s1: #c8500a; --s2: #0a7f5c; --s3: #a4438a; --s4: #8a6d00; --s5: #4b5563; }
        @media (prefers-color-scheme: dark) {
          .figure { --paper: #14181f; --ink: #e6eaf0; --muted: #a2adbd; --rule: #343d4b;
            --s0: #5aaeee; --s1: #ff9354; --s2: #3fc79a; --s3: #e48dcb; --s4: #e0b93a; --s5: #b3bcc9; }
        }
        .figure text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--muted); }
        .figure .title { font-size: 16px; font-weight: 600; fill: var(--ink); }
        .figure .name { fill: var(--ink); }
        .figure .rule { stroke: var(--rule); }
        .figure .zero { stroke: var(--muted); }
        .figure path { fill: none; stroke-width: 2; stroke-linejoin: round; }
        """;

    private readonly LineChart _chart;
    private readonly List<(double X, double Y)>[] _curves;
    private readonly Axis _x;
    private readonly Axis _y;
    private readonly List<(double X, int Row)> _legend = [];
    private readonly int _top;

    private SvgFigure(LineChart chart)
    {
        if (chart.IsXLogarithmic || chart.IsYLogarithmic)
            throw new ArgumentException("a figure has no logarithmic axes", nameof(chart));
        if (chart.Series.Count > Dashes.Length)
            throw new ArgumentException($"a figure tells {Dashes.Length} curves apart, not {chart.Series.Count}", nameof(chart));
        _chart = chart;
        _curves = [.. chart.Series.Select(series => series.Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y)).OrderBy(point => point.X).ToList())];
        if (_curves.All(curve => curve.Count == 0))
            throw new ArgumentException("a figure needs a point", nameof(chart));
        _x = new(_curves.SelectMany(curve => curve, (_, point) => point.X), TicksAcross);
        _y = new(_curves.SelectMany(curve => curve, (_, point) => point.Y), TicksUp);

        var (x, row) = ((double)Left, 0);
        foreach (var series in chart.Series)
        {
            var width = LegendSample + 6 + series.Name.Length * LetterWidth;
            if (x > Left && x + width > Width - Right)
                (x, row) = (Left, row + 1);
            _legend.Add((x, row));
            x += width + LegendGap;
        }

        _top = FirstLegendRow + row * LegendRow + 20;
    }

    private int Height => _top + PlotHeight + Bottom;

    /// <summary>The picture.</summary>
    /// <param name="chart">What it shows: linear axes, six curves at most.</param>
    /// <exception cref="ArgumentException">The chart has no point, more curves, or a logarithmic axis.</exception>
    public static string Render(LineChart chart) => new SvgFigure(chart).Render();

    private string Render()
    {
        var svg = new HtmlWriter();
        svg.Line($"""<svg xmlns="http://www.w3.org/2000/svg" class="figure" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="img">""");
        svg.Line($"<title>{_chart.Title}</title>");
        svg.Raw($"<style>\n{Style}\n</style>");
        svg.Raw("""<rect width="100%" height="100%" fill="var(--paper)"/>""");
        svg.Line($"""<text class="title" x="{Left}" y="{TitleBaseline}">{_chart.Title}</text>""");
        Legend(svg);
        Grid(svg);
        for (var i = 0; i < _curves.Length; i++)
            if (_curves[i].Count > 0)
                svg.Line($"""<path d="{Path(_curves[i])}" stroke="var(--s{i})" stroke-dasharray="{Dashes[i]}"/>""");
        svg.Raw("</svg>");
        return svg.ToString();
    }

    private void Legend(HtmlWriter svg)
    {
        for (var i = 0; i < _legend.Count; i++)
        {
            var (x, y) = (_legend[i].X, FirstLegendRow + _legend[i].Row * LegendRow);
            svg.Line($"""<path d="M{Text(x)} {y - 4}h{LegendSample}" stroke="var(--s{i})" stroke-dasharray="{Dashes[i]}"/>""");
            svg.Line($"""<text class="name" x="{Text(x + LegendSample + 6)}" y="{y}">{_chart.Series[i].Name}</text>""");
        }
    }

    private void Grid(HtmlWriter svg)
    {
        var (right, bottom) = (Width - Right, _top + PlotHeight);
        foreach (var (value, label) in _y.Ticks)
        {
            svg.Line($"""<line class="{Kind(value)}" x1="{Left}" x2="{right}" y1="{Text(Y(value))}" y2="{Text(Y(value))}"/>""");
            svg.Line($"""<text x="{Left - 8}" y="{Text(Y(value) + 4)}" text-anchor="end">{label}</text>""");
        }

        foreach (var (value, label) in _x.Ticks)
        {
            svg.Line($"""<line class="{Kind(value)}" x1="{Text(X(value))}" x2="{Text(X(value))}" y1="{_top}" y2="{bottom}"/>""");
            svg.Line($"""<text x="{Text(X(value))}" y="{bottom + 18}" text-anchor="middle">{label}</text>""");
        }

        svg.Line($"""<text x="{(Left + right) / 2}" y="{bottom + 42}" text-anchor="middle">{_chart.XTitle}</text>""");
        svg.Line($"""<text transform="translate(16 {_top + PlotHeight / 2}) rotate(-90)" text-anchor="middle">{_chart.YTitle}</text>""");

        static string Kind(double value) => value == 0 ? "zero" : "rule";
    }

    private string Path(List<(double X, double Y)> curve)
    {
        var path = new StringBuilder();
        foreach (var (x, y) in curve)
            path.Append(path.Length == 0 ? 'M' : 'L').Append(Text(X(x))).Append(' ').Append(Text(Y(y)));
        return path.ToString();
    }

    private double X(double value) => Left + _x.Place(value) * (Width - Left - Right);

    private double Y(double value) => _top + (1 - _y.Place(value)) * PlotHeight;

    private static string Text(double pixels) => pixels.ToString("0.##", CultureInfo.InvariantCulture);
}
