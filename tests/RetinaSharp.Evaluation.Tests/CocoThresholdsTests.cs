namespace RetinaSharp.Evaluation.Tests;

public sealed class CocoThresholdsTests
{
    [Fact]
    public void Iou_Values_AreNumpysLinspace()
    {
        // numpy.linspace(.5, .95, 10) of numpy 1.24.2.
        Assert.Equal([.5, .55, .6, .65, .7, .75, .8, .85, .8999999999999999, .95], CocoThresholds.Iou.ToArray());
        Assert.Equal(.75, CocoThresholds.Iou[CocoThresholds.Iou75][0]);
    }

    [Fact]
    public void Recall_Values_AreProductsNotQuotients()
    {
        // Where numpy.linspace(0, 1, 101) differs from numpy.arange(101) / 100, found with numpy 1.24.2.
        int[] different = [.. Enumerable.Range(0, 101).Where(i => CocoThresholds.Recall[i] != i / 100.0)];

        Assert.Equal([35, 41, 47, 57, 69, 70, 82, 83, 94, 95], different);
        Assert.Equal(.35000000000000003, CocoThresholds.Recall[35]);
        Assert.Equal(1, CocoThresholds.Recall[100]);
    }

    [Fact]
    public void Epsilon_Value_IsTheSpacingAtOne() => Assert.Equal(CocoThresholds.Epsilon, Math.BitIncrement(1.0) - 1);
}
