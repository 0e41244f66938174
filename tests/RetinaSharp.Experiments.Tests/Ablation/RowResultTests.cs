using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Ablation;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tests.Ablation;

public sealed class RowResultTests
{
    private static readonly AblationRow Row = new("row", Presets.Tiny);

    [Fact]
    public void MeanAndDeviation_ThreeSeeds_AreThoseOfASample()
    {
        var result = new RowResult(Row, [Run(.1), Run(.2), Run(.6)]);

        Assert.Equal(.3, result.Mean(metrics => metrics.AP)!.Value, 1e-12);
        // (.04 + .01 + .09) / 2 = .07
        Assert.Equal(Math.Sqrt(.07), result.Deviation(metrics => metrics.AP)!.Value, 1e-12);
    }

    [Fact]
    public void Interval_ThreeSeeds_IsStudents()
    {
        var (low, high) = new RowResult(Row, [Run(.1), Run(.2), Run(.6)]).Interval(metrics => metrics.AP)!.Value;

        // t(.975, 2) = 4.302653, times the standard error √(.07 / 3).
        Assert.Equal(.3 - .657241, low, 1e-6);
        Assert.Equal(.3 + .657241, high, 1e-6);
    }

    [Fact]
    public void MeanAndDeviation_OneThatDiverged_CountsAsZero()
    {
        var result = new RowResult(Row, [Run(.4), Run(0) with { Seed = 1, Failure = "box loss non-finite at step 3", Seconds = 0 }]);

        Assert.Equal(.2, result.Mean(metrics => metrics.AP));
        Assert.Equal("seed 1: box loss non-finite at step 3", result.Failures);
        Assert.Equal(60, result.Seconds);
    }

    [Fact]
    public void MeanAndDeviation_NoValues_AreNull()
    {
        Assert.Null(new RowResult(Row, []).Mean(metrics => metrics.AP));
        Assert.Null(new RowResult(Row, [Run(.4)]).Deviation(metrics => metrics.AP));
        Assert.Null(new RowResult(Row, [Run(.4)]).Interval(metrics => metrics.AP));
        // -1: there is no ground truth of large objects.
        Assert.Null(new RowResult(Row, [Run(.4), Run(.5)]).Mean(metrics => metrics.APl));
    }

    [Fact]
    public void Shown_OfAGroup_IsTheRowWithTheHighestMean()
    {
        AblationRow[] rows = [new("a 1", Presets.Tiny, Group: "a"), new("a 2", Presets.Tiny, Group: "a"), new("b", Presets.Tiny), new("a 3", Presets.Tiny, Group: "a")];

        var result = new AblationResult(new("t", "T", "", null, rows),
            [new(rows[0], [Run(.3)]), new(rows[1], [Run(.4), Run(.5)]), new(rows[2], [Run(.1)]), new(rows[3], [])],
            new("", "", "", "", default));

        Assert.Equal(["a 2", "b"], result.Shown.Select(row => row.Row.Label));
        Assert.Equal("a 2", result.Best!.Row.Label);
    }

    [Fact]
    public void Seconds_RunOfTwoRows_CountsOnce()
    {
        var result = new AblationResult(new("t", "T", "", null, [Row]), [new(Row, [Run(.3), Run(.4) with { Folder = "runs/x-1" }]), new(Row, [Run(.3)])], new("", "", "", "", default));

        Assert.Equal(120, result.Seconds);
    }

    internal static RunResult Run(double ap) =>
        new() { Folder = "runs/x-0", Seed = 0, Metrics = new CocoSummary { AP = ap, APl = -1 }, Steps = 100, Seconds = 60 };
}
