using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Ablation;

namespace RetinaSharp.Experiments.Tests.Ablation;

public sealed class RowOutcomeTests
{
    private static readonly AblationRow Row = new("row", Presets.Tiny);

    [Fact]
    public void MeanAndDeviation_ThreeSeeds_AreThoseOfASample()
    {
        var outcome = new RowOutcome(Row, [Training(.1), Training(.2), Training(.6)]);

        Assert.Equal(.3, outcome.Mean(figures => figures.AP)!.Value, 1e-12);
        // (.04 + .01 + .09) / 2 = .07
        Assert.Equal(Math.Sqrt(.07), outcome.Deviation(figures => figures.AP)!.Value, 1e-12);
    }

    [Fact]
    public void MeanAndDeviation_OneThatDiverged_CountsAsZero()
    {
        var outcome = new RowOutcome(Row, [Training(.4), Training(0) with { Seed = 1, Failure = "box loss non-finite at step 3", Seconds = 0 }]);

        Assert.Equal(.2, outcome.Mean(figures => figures.AP));
        Assert.Equal("seed 1: box loss non-finite at step 3", outcome.Failures);
        Assert.Equal(60, outcome.Seconds);
    }

    [Fact]
    public void MeanAndDeviation_NothingToMeasure_AreNull()
    {
        Assert.Null(new RowOutcome(Row, []).Mean(figures => figures.AP));
        Assert.Null(new RowOutcome(Row, [Training(.4)]).Deviation(figures => figures.AP));
        // COCO's -1: the truth has no large objects.
        Assert.Null(new RowOutcome(Row, [Training(.4), Training(.5)]).Mean(figures => figures.APl));
    }

    [Fact]
    public void Shown_OfAGroup_IsTheRowWithTheHighestMean()
    {
        AblationRow[] rows = [new("a 1", Presets.Tiny, Group: "a"), new("a 2", Presets.Tiny, Group: "a"), new("b", Presets.Tiny), new("a 3", Presets.Tiny, Group: "a")];

        var outcome = new AblationOutcome(new("t", "T", "", "", rows),
            [new(rows[0], [Training(.3)]), new(rows[1], [Training(.4), Training(.5)]), new(rows[2], [Training(.1)]), new(rows[3], [])],
            new("", "", "", "", default));

        Assert.Equal(["a 2", "b"], outcome.Shown.Select(row => row.Row.Label));
        Assert.Equal("a 2", outcome.Best!.Row.Label);
    }

    internal static RowTraining Training(double ap) =>
        new() { Run = "runs/x-0", Seed = 0, Figures = new CocoFigures { AP = ap, APl = -1 }, Steps = 100, Seconds = 60 };
}
