using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Experiments.Runs;
using RetinaSharp.Experiments.Tests.Reports;
using RetinaSharp.Experiments.Tuning;

namespace RetinaSharp.Experiments.Tests.Tuning;

public sealed class TuningResultTests
{
    private static readonly TuningDimension Rate = new("learning rate", 1, 1, 100, IsLogarithmic: true, (settings, _) => settings);
    private static readonly TuningDimension Strength = new("strength", 0, 0, 10, IsLogarithmic: false, (settings, _) => settings);

    [Fact]
    public void Effects_ByHand_AreThoseOfTheThirds()
    {
        // AP rises with the rate, whose best third is {100, 10000} and worst third {1, 100}; strength is the same in both thirds.
        var result = Result([(1, 4, .1), (100, 6, .2), (10, 5, .3), (10, 5, .4), (100, 3, .5), (10000, 7, .6)]);

        var (rate, strength) = (result.Effects[0], result.Effects[1]);

        Assert.Equal((10, 1000, 100), (rate.WorstThird, rate.BestThird, rate.Difference), Near);
        Assert.Equal((5, 5, 0), (strength.WorstThird, strength.BestThird, strength.Difference), Near);
        // Mean ranks of the rate: 1, 4.5, 2.5, 2.5, 4.5, 6. Covariance with 1 … 6: 12.5; variances 16.5 and 17.5.
        Assert.Equal(12.5 / Math.Sqrt(16.5 * 17.5), rate.Correlation!.Value, 1e-12);
        Assert.All(result.Effects, effect => Assert.False(effect.IsSignificant));
        Assert.Contains("6 trials are too few", result.Conclusion);
    }

    [Fact]
    public void Conclusion_OnlyTheRateMatters_NamesIt()
    {
        var result = Result([.. Enumerable.Range(0, 18).Select(trial => (Math.Pow(1.3, trial), (double)(trial * 7 % 18), .5 - .01 * trial))]);

        Assert.True(result.Effects[0].IsSignificant);
        Assert.Equal((-1, (-1, -1)), (result.Effects[0].Correlation!.Value, result.Effects[0].CorrelationInterval!.Value));
        Assert.True(result.Effects[0].DifferenceInterval!.Value.High < 1);
        Assert.False(result.Effects[1].IsSignificant);
        Assert.Equal("With 18 trials these settings have a significant effect: AP falls with learning rate. Differences by the other settings may be chance.", result.Conclusion);
    }

    [Fact]
    public void Conclusion_EqualAps_SaysThatNothingIsSignificant()
    {
        var result = Result([.. Enumerable.Range(0, 12).Select(trial => (Math.Pow(1.3, trial), (double)trial, .5))]);

        Assert.Null(result.Effects[0].Correlation);
        Assert.Contains("no setting has a significant effect", result.Conclusion);
    }

    [Fact]
    public void Best_OfTheTrialsWithTheMostEpochs_HasTheHighestAp()
    {
        Trial[] trials =
        [
            new(0, [1, 1], Presets.Tiny, [(1, Run(.3)), (3, Run(.35))]),
            new(1, [2, 1], Presets.Tiny, [(1, Run(.9))]),
            new(2, [3, 1], Presets.Tiny, [(1, Run(.4)), (3, Run(.45))]),
            new(3, [4, 1], Presets.Tiny, [(1, Run(.5)), (3, Run(0) with { Failure = "box loss non-finite at step 3" })]),
        ];

        var result = new TuningResult([Rate, Strength], [1, 3], 4, trials, TimeSpan.FromMinutes(1), IsComplete: true);

        Assert.Equal(2, result.Best!.Number);
        Assert.Equal((3, .35, .45), (result.Comparison!.Value.Epochs, result.Comparison.Value.First.Metrics.AP, result.Comparison.Value.Best.Metrics.AP));
    }

    [Fact]
    public void Report_OfASearch_HasEveryTrialInTheChartsAndTheTable()
    {
        var options = new TuningOptions { Folder = "found", Budget = TimeSpan.FromMinutes(5), TrainCommand = "retina train <data>", Command = "retina tune", Machine = "a machine" };
        // The three steps of the input size are drawn by several trials each.
        var result = Result([.. Enumerable.Range(0, 9).Select(trial => (1.0 + trial % 3, 1.0 + trial, .1 * trial))]);

        var report = TuningReport.Create(options, result);
        var html = HtmlReport.Render(report);

        var charts = report.Sections.SelectMany(section => section.Blocks).OfType<LineChart>().ToList();
        Assert.Equal(["AP by learning rate", "AP by strength"], charts.Select(chart => chart.Title));
        Assert.All(charts, chart => Assert.Equal(9, new ChartData(chart).X.Length));
        Assert.Equal(9, report.Sections[^1].Blocks.OfType<ReportTable>().Single().Rows.Count);
        Assert.Contains("retina train &lt;data&gt;", html);
        Assert.Contains(result.Conclusion, html);
        Assert.DoesNotContain("<script", html);
    }

    [BrowserFact]
    public async Task Report_OfASearch_OpensWithoutErrors()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("report.html");
        var options = new TuningOptions { Folder = folder.Root, Budget = TimeSpan.FromMinutes(5), TrainCommand = "retina train", Command = "retina tune", Machine = "a machine" };
        HtmlReport.Write(TuningReport.Create(options, Result([.. Enumerable.Range(0, 9).Select(trial => (1.0 + trial, 2.0 * trial, .1 * trial))])), path);
        await using var browser = await Browser.StartAsync();

        // One for each setting.
        await BrowserTests.Check(browser, path, curves: 2, pictures: 0);
    }

    [Fact]
    public void Report_WithoutAFinishedRun_SaysSo()
    {
        var options = new TuningOptions { Folder = "found", Budget = TimeSpan.FromMinutes(5) };

        var html = HtmlReport.Render(TuningReport.Create(options, new([Rate], [1, 3], 0, [], TimeSpan.FromMinutes(5), IsComplete: false)));

        Assert.Contains("the first run is not finished", html);
    }

    private static TuningResult Result((double Rate, double Strength, double AP)[] trials) => new([Rate, Strength], [1, 3], trials.Length,
        [.. trials.Select((trial, number) => new Trial(number, [trial.Rate, trial.Strength], Presets.Tiny, [(1, Run(trial.AP))]))], TimeSpan.FromMinutes(1), IsComplete: true);

    private static RunResult Run(double ap) => new() { Folder = "trials/x-0", Seed = 0, Metrics = new CocoSummary { AP = ap, AP50 = ap }, Steps = 100, Seconds = 60 };

    private static bool Near((double A, double B, double C) one, (double A, double B, double C) other) =>
        Math.Abs(one.A - other.A) + Math.Abs(one.B - other.B) + Math.Abs(one.C - other.C) < 1e-9;
}
