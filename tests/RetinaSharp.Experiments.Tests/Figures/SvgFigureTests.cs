using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RetinaSharp.Experiments.Figures;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Figures;

public partial class SvgFigureTests
{
    private static readonly LineChart Chart = new("rise & <fall>", "x \"axis\"", "y",
        [new("up", [(0, 0), (1, 1)]), new("down", [(1, 0), (.5, double.NaN), (0, 1)])]);

    [Fact]
    public void Render_Texts_AreEscapedAndThere()
    {
        var svg = XDocument.Parse(SvgFigure.Render(Chart));

        Assert.Equal("http://www.w3.org/2000/svg", svg.Root!.Name.NamespaceName);
        var texts = svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value).ToList();
        Assert.Superset(new HashSet<string> { "rise & <fall>", "x \"axis\"", "y", "up", "down", "0.0", "1.0" }, texts.ToHashSet());
        Assert.Equal("rise & <fall>", svg.Root.Elements().First().Value);
    }

    [Fact]
    public void Render_Curves_GoFromCornerToCornerInsideOfThePicture()
    {
        var svg = XDocument.Parse(SvgFigure.Render(Chart));
        // The legend's samples come first, with relative lines.
        var curves = svg.Descendants().Where(one => one.Name.LocalName == "path").Select(one => one.Attribute("d")!.Value).Where(path => path.Contains('L')).ToList();

        var (up, down) = (Points(curves[0]), Points(curves[1]));
        Assert.Equal((2, 2), (up.Count, down.Count));
        Assert.Equal((up[0].X, up[1].X), (down[0].X, down[1].X));
        Assert.Equal((up[0].Y, up[1].Y), (down[1].Y, down[0].Y));
        Assert.True(up[0].X < up[1].X && up[0].Y > up[1].Y);
        var (width, height) = (double.Parse(svg.Root!.Attribute("width")!.Value), double.Parse(svg.Root.Attribute("height")!.Value));
        Assert.All(up.Concat(down), point => Assert.True(point.X > 0 && point.X < width && point.Y > 0 && point.Y < height));
    }

    [Fact]
    public void Render_LongNames_WrapTheLegendAndMoveThePlot()
    {
        var names = Enumerable.Range(0, 6).Select(i => new LineSeries(new string('x', 30) + i, [(0, 0), (1, i)])).ToList();

        Assert.True(Height(Chart with { Series = names }) > Height(Chart));

        static int Height(LineChart chart) => int.Parse(XDocument.Parse(SvgFigure.Render(chart)).Root!.Attribute("height")!.Value);
    }

    [Fact]
    public void Render_OtherCulture_IsTheSameBytes()
    {
        var expected = SvgFigure.Render(Chart);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.Equal(expected, SvgFigure.Render(Chart));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Render_WhatItCannotDraw_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => SvgFigure.Render(Chart with { IsXLogarithmic = true }));
        Assert.Throws<ArgumentException>(() => SvgFigure.Render(Chart with { Series = [new("none", [(double.NaN, 1)])] }));
        Assert.Throws<ArgumentException>(() => SvgFigure.Render(Chart with { Series = [.. Enumerable.Repeat(Chart.Series[0], 7)] }));
    }

    [Fact]
    public void Csv_Chart_HasAColumnACurveAndAllDigits()
    {
        var chart = new LineChart("t", "x", "y", [new("a, \"b\"", [(1, 1.0 / 3), (2, 4)]), new("c", [(2, 1e-300)])]);

        Assert.Equal("x,\"a, \"\"b\"\"\",c\n1,0.3333333333333333,\n2,4,1E-300\n", CsvTable.Render(chart));
    }

    private static List<(double X, double Y)> Points(string path) =>
        [.. Point().Matches(path).Select(match => (double.Parse(match.Groups[1].Value), double.Parse(match.Groups[2].Value)))];

    [GeneratedRegex(@"[ML]([\d.]+) ([\d.]+)")]
    private static partial Regex Point();
}
