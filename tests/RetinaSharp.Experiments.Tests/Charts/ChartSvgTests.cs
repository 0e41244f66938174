using System.Globalization;
using System.Xml.Linq;
using RetinaSharp.Experiments.Charts;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Charts;

public class ChartSvgTests
{
    private static readonly LineChart Chart = new("rise & <fall>", "x \"axis\"", "y",
        [new("up", [(0, 0), (1, 1)]), new("down", [(1, 0), (.5, double.NaN), (0, 1)])]);

    [Fact]
    public void RenderFile_Texts_AreEscapedAndThere()
    {
        var svg = XDocument.Parse(ChartSvg.RenderFile(Chart));

        Assert.Equal("http://www.w3.org/2000/svg", svg.Root!.Name.NamespaceName);
        var texts = Texts(svg);
        Assert.Superset(new HashSet<string> { "rise & <fall>", "x \"axis\"", "y", "up", "down", "0.5", "1" }, texts.ToHashSet());
        Assert.Equal("rise & <fall>", svg.Root.Elements().First().Value);
    }

    [Fact]
    public void Render_Chart_HasAxesButNoTitleOrLegend()
    {
        var texts = Texts(XDocument.Parse(ChartSvg.Render(Chart, 3)));

        Assert.Superset(new HashSet<string> { "x \"axis\"", "y" }, texts.ToHashSet());
        Assert.DoesNotContain("rise & <fall>", texts);
        Assert.DoesNotContain("up", texts);
    }

    [Fact]
    public void Render_TwoInAPage_ShareNoIds()
    {
        Assert.Empty(Ids(0).Intersect(Ids(1)));

        static IEnumerable<string> Ids(int number) => XDocument.Parse(ChartSvg.Render(Chart, number)).Descendants().Attributes("id").Select(id => id.Value);
    }

    [Fact]
    public void Render_LogarithmicAxes_HaveLabelsOfPowersAndLeaveOutZero()
    {
        var texts = Texts(XDocument.Parse(ChartSvg.Render(new("t", "x", "y", [new("a", [(0, 1), (1, 1), (10, 100), (1000, 10000)])], IsXLogarithmic: true, IsYLogarithmic: true), 0)));

        Assert.Superset(new HashSet<string> { "1", "10", "100", "1000" }, texts.ToHashSet());
    }

    [Fact]
    public void Render_EveryColor_HasOneInTheDark()
    {
        var six = Chart with { Series = [.. Enumerable.Range(0, 6).Select(i => new LineSeries($"{i}", [(0, i), (1, i + 1)]))] };
        var colors = XDocument.Parse(ChartSvg.RenderFile(six)).Descendants().Attributes().Where(one => one.Name.LocalName is "fill" or "stroke" && one.Value != "none")
            .Select(one => one.Value).Distinct().ToList();

        Assert.Equal(9, colors.Count);
        Assert.All(colors, color => Assert.Contains($"[fill=\"{color}\" i]", ChartSvg.Style));
    }

    [Fact]
    public void RenderFile_OtherCulture_IsTheSameBytes()
    {
        var expected = ChartSvg.RenderFile(Chart);
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.Equal(expected, ChartSvg.RenderFile(Chart));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void RenderFile_WhatItCannotDraw_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => ChartSvg.RenderFile(Chart with { Series = [new("none", [(double.NaN, 1)])] }));
        Assert.Throws<ArgumentException>(() => ChartSvg.RenderFile(Chart with { Series = [.. Enumerable.Repeat(Chart.Series[0], 7)] }));
    }

    [Fact]
    public void Csv_Chart_HasAColumnACurveAndAllDigits()
    {
        var chart = new LineChart("t", "x", "y", [new("a, \"b\"", [(1, 1.0 / 3), (2, 4)]), new("c", [(2, 1e-300)])]);

        Assert.Equal("x,\"a, \"\"b\"\"\",c\n1,0.3333333333333333,\n2,4,1E-300\n", CsvTable.Render(chart));
    }

    private static List<string> Texts(XDocument svg) => [.. svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value.Trim())];
}
