using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class BrowserTests
{
    private const string Overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

    private const string WidthsToSpare = "[...document.querySelectorAll('.chart')].map(chart => chart.clientWidth - chart.querySelector('.uplot').offsetWidth)";

    // How many pixels of a canvas have the colour of a series, for every series of every chart.
    private const string PixelsOfCurves = """
        [...document.querySelectorAll('.chart')].flatMap(chart => {
          const canvas = chart.querySelector('canvas');
          const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          return [...chart.querySelectorAll('.legend li[class]')].map(item => {
            const [r, g, b] = getComputedStyle(item.querySelector('line')).stroke.match(/\d+/g).map(Number);
            let count = 0;
            for (let i = 0; i < pixels.length; i += 4)
              if (Math.abs(pixels[i] - r) + Math.abs(pixels[i + 1] - g) + Math.abs(pixels[i + 2] - b) < 30 && pixels[i + 3] > 200)
                count++;
            return count;
          });
        })
        """;

    [BrowserFact]
    public async Task Report_OfAComparison_OpensWithoutAFault()
    {
        using var sample = new Sample();
        var path = sample.At("comparison.html");
        HtmlReport.Write(ComparisonReportTests.Create(sample, 9, 5), path);
        await using var browser = await Browser.StartAsync();
        await Check(browser, path, curves: 12, pictures: 6);
    }

    [BrowserFact]
    public async Task Report_OfATraining_OpensWithoutAFault()
    {
        using var sample = new Sample();
        var path = TrainingReport.Write(sample.Run("run", 40), ReviewedSet.Measure(sample, Sample.Hostile));
        await using var browser = await Browser.StartAsync();
        // Losses 4, AP 3, learning rate, anchors, phases 5, classes 2; two images, three false positives and three boxes missed.
        await Check(browser, path, curves: 16, pictures: 8);
    }

    [BrowserFact]
    public async Task Report_OfOneEpoch_OpensWithoutAFault()
    {
        using var sample = new Sample();
        var path = TrainingReport.Write(sample.Run("run", 1));
        await using var browser = await Browser.StartAsync();
        await Check(browser, path, curves: 14, pictures: 0);
    }

    [BrowserFact]
    public async Task Report_WidthOrColoursChange_IsDrawnAnew()
    {
        using var sample = new Sample();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(TrainingReport.Write(sample.Run("run", 40)), 1280);
        await browser.ChangeAsync(width: 390, isDark: true);
        Assert.Equal(0, (await browser.EvaluateAsync(Overflow)).GetInt32());
        Assert.All((await browser.EvaluateAsync(PixelsOfCurves)).EnumerateArray(), count => Assert.InRange(count.GetInt32(), 20, int.MaxValue));
        Assert.Empty(browser.Faults);
    }

    [BrowserFact]
    public async Task Report_Printed_IsInLightColoursAndFitsThePaper()
    {
        using var sample = new Sample();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(TrainingReport.Write(sample.Run("run", 1)), 1280, isDark: true);
        const string state = "[getComputedStyle(document.documentElement).colorScheme, ...new Set([...document.querySelectorAll('.uplot')].map(plot => plot.offsetWidth))].join()";
        Assert.StartsWith("dark,", (await browser.EvaluateAsync(state)).GetString());
        await browser.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        var printed = (await browser.EvaluateAsync(state)).GetString()!.Split(',');
        Assert.Equal("light", printed[0]);
        Assert.InRange(int.Parse(printed[1]), 400, 640);
        await browser.EvaluateAsync("dispatchEvent(new Event('afterprint'))");
        Assert.StartsWith("dark,", (await browser.EvaluateAsync(state)).GetString());
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
        Assert.InRange((await browser.EvaluateAsync(Overflow)).GetInt32(), 1000, 2000);
    }

    internal static async Task Check(Browser browser, string path, int curves, int pictures)
    {
        foreach (var (width, isDark) in new[] { (1280, false), (390, false), (360, true) })
        {
            await browser.OpenAsync(path, width, isDark);
            Assert.Empty(browser.Faults);
            Assert.Equal(new Uri(path).AbsoluteUri, browser.Requests[0]);
            Assert.All(browser.Requests.Skip(1), request => Assert.StartsWith("data:", request));
            Assert.Equal(0, (await browser.EvaluateAsync(Overflow)).GetInt32());
            Assert.All((await browser.EvaluateAsync(WidthsToSpare)).EnumerateArray(), width => Assert.Equal(0, width.GetInt32()));
            var pixels = (await browser.EvaluateAsync(PixelsOfCurves)).EnumerateArray().Select(count => count.GetInt32()).ToList();
            Assert.Equal(curves, pixels.Count);
            Assert.All(pixels, count => Assert.InRange(count, 5, int.MaxValue));
            Assert.Equal(pictures, (await browser.EvaluateAsync("[...document.images].filter(image => image.naturalWidth > 0).length")).GetInt32());
            // What tries to be markup in the names has become none.
            Assert.Equal(3, (await browser.EvaluateAsync("document.scripts.length")).GetInt32());
        }
    }
}
