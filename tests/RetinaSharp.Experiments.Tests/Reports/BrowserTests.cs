using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class BrowserTests
{
    // What charts leave of the width that they have, up to the most that they take.
    private const string WidthsToSpare = "[...document.querySelectorAll('figure.chart')].map(chart => Math.min(chart.clientWidth, 640) - Math.round(chart.querySelector('svg.chart').getBoundingClientRect().width))";

    // How high the letters of the smallest text of a chart are, in pixels of the screen.
    private const string SmallestText = "Math.min(...[...document.querySelectorAll('svg.chart')].map(chart => 13 * chart.getBoundingClientRect().width / 460))";

    private const string Texts = "[...document.querySelectorAll('svg.chart')].map(chart => [...chart.querySelectorAll('text')].map(text => text.textContent.trim()).join('|'))";

    // How many paths have the color of a series as the page shows it, for every series of every chart.
    private const string PathsOfCurves = """
        [...document.querySelectorAll('figure.chart')].flatMap(chart =>
          [...chart.querySelectorAll('.legend li[class]')].map(item => {
            const [line, marker] = [item.querySelector('line'), item.querySelector('.marker')];
            const color = line ? getComputedStyle(line).stroke : getComputedStyle(marker).color;
            return [...chart.querySelectorAll('svg.chart path, svg.chart line, svg.chart circle, svg.chart ellipse')]
              .filter(path => [getComputedStyle(path).stroke, getComputedStyle(path).fill].includes(color) && path.getBoundingClientRect().width > 0).length;
          }))
        """;

    [BrowserFact]
    public async Task Report_OfAComparison_OpensWithoutErrors()
    {
        using var sample = new Sample();
        var path = sample.At("comparison.html");
        HtmlReport.Write(ComparisonReportTests.Create(sample, 9, 5), path);
        await using var browser = await Browser.StartAsync();
        await Check(browser, path, curves: 12, pictures: 4);
    }

    [BrowserFact]
    public async Task Report_OfARun_OpensWithoutErrors()
    {
        using var sample = new Sample();
        var path = TrainingReport.Write(sample.Run("run", 40), ReviewedSet.Measure(sample, Sample.Hostile));
        await using var browser = await Browser.StartAsync();
        // Losses 4, AP 3, learning rate, anchors, phases 5, classes 2, F1 3, precision and recall 3; two images, a false positive and three false negatives.
        await Check(browser, path, curves: 22, pictures: 6);
    }

    [BrowserFact]
    public async Task Report_OfOneEpoch_OpensWithoutErrors()
    {
        using var sample = new Sample();
        var path = TrainingReport.Write(sample.Run("run", 1));
        await using var browser = await Browser.StartAsync();
        await Check(browser, path, curves: 14, pictures: 0);
    }

    [BrowserFact]
    public async Task Report_WidthOrColorsChange_ChartsFollow()
    {
        using var sample = new Sample();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(TrainingReport.Write(sample.Run("run", 40)), 1280);
        await browser.ChangeAsync(width: 390, isDark: true);
        Assert.Equal(0, await browser.OverflowAsync());
        Assert.All((await browser.EvaluateAsync(PathsOfCurves)).EnumerateArray(), count => Assert.InRange(count.GetInt32(), 1, int.MaxValue));
        Assert.Empty(browser.Faults);
    }

    [BrowserFact]
    public async Task Report_Printed_IsInLightColors()
    {
        using var sample = new Sample();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(TrainingReport.Write(sample.Run("run", 1)), 1280, isDark: true);
        const string state = "[getComputedStyle(document.documentElement).colorScheme, getComputedStyle(document.querySelector('svg.chart text')).fill].join(' ')";
        Assert.Equal("dark rgb(162, 173, 189)", (await browser.EvaluateAsync(state)).GetString());
        await browser.ChangeAsync(width: 1280, isDark: true, isPrinted: true);
        Assert.Equal("light rgb(86, 96, 114)", (await browser.EvaluateAsync(state)).GetString());
        Assert.All((await browser.EvaluateAsync(PathsOfCurves)).EnumerateArray(), count => Assert.InRange(count.GetInt32(), 1, int.MaxValue));
        Assert.Empty(browser.Faults);
    }

    [BrowserFact]
    public async Task Browser_FaultyPage_ItsFaultsAreSeen()
    {
        using var sample = new Sample();
        var path = sample.At("faulty.html");
        File.WriteAllText(path, """
            <!DOCTYPE html><title>Faulty</title><img src="picture.png"><table width="2000"><td>wide</table><script>console.error("one"); throw new Error("two");</script>
            """);
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(path, 390);
        Assert.Contains(browser.Faults, fault => fault.Contains("one"));
        Assert.Contains(browser.Faults, fault => fault.Contains("two"));
        Assert.Contains(browser.Requests, request => request.EndsWith("picture.png", StringComparison.Ordinal));
        Assert.InRange(await browser.OverflowAsync(), 1000, 2000);
    }

    internal static async Task Check(Browser browser, string path, int curves, int pictures)
    {
        foreach (var (width, isDark) in new[] { (1280, false), (390, false), (360, true) })
        {
            await browser.CheckReportAsync(path, width, pictures, isDark);
            Assert.All((await browser.EvaluateAsync(WidthsToSpare)).EnumerateArray(), width => Assert.Equal(0, width.GetInt32()));
            var paths = (await browser.EvaluateAsync(PathsOfCurves)).EnumerateArray().Select(count => count.GetInt32()).ToList();
            Assert.Equal(curves, paths.Count);
            Assert.All(paths, count => Assert.InRange(count, 1, int.MaxValue));
            Assert.InRange((await browser.EvaluateAsync(SmallestText)).GetDouble(), 8.5, 20);
            // Titles of both axes, and ticks: without a font there is none.
            Assert.All((await browser.EvaluateAsync(Texts)).EnumerateArray(), texts => Assert.InRange(texts.GetString()!.Split('|').Length, 6, 60));
        }
    }
}
