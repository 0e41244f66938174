using RetinaSharp.Experiments.Tuning;

namespace RetinaSharp.Experiments.Tests.Tuning;

public sealed class HalvingPlanTests
{
    // The first bracket of table 1 of the Hyperband paper: R 81, η 3.
    [Fact]
    public void Steps_HyperbandsExample_AreThePapers() =>
        Assert.Equal([(1, 81), (3, 27), (9, 9), (27, 3), (81, 1)], HalvingPlan.Create([1, 3, 9, 27, 81], 81).Steps);

    [Theory]
    [InlineData(1, 1, new[] { 1 })]
    [InlineData(3, 1, new[] { 1, 3 })]
    [InlineData(20, 1, new[] { 2, 7, 20 })]
    [InlineData(66, 1, new[] { 7, 22, 66 })]
    [InlineData(66, 7, new[] { 7, 22, 66 })]
    [InlineData(66, 8, new[] { 22, 66 })]
    [InlineData(66, 100, new[] { 66 })]
    public void CreateRungs_OfEpochs_AreThirdsAboveTheMinimum(int epochs, int minEpochs, int[] expected) => Assert.Equal(expected, HalvingPlan.CreateRungs(epochs, minEpochs));

    [Fact]
    public void Steps_OneTrialLeft_GoesToTheLastRung()
    {
        Assert.Equal([(7, 5), (66, 1)], HalvingPlan.Create([7, 22, 66], 5).Steps);
        Assert.Equal([(7, 10), (22, 3), (66, 1)], HalvingPlan.Create([7, 22, 66], 10).Steps);
        Assert.Equal([(7, 1), (66, 1)], HalvingPlan.Create([7, 22, 66], 1).Steps);
        Assert.Equal([(2, 7)], HalvingPlan.Create([2], 7).Steps);
    }

    [Fact]
    public void Within_Budget_HasAsManyTrialsAsFit()
    {
        // 10 · 1 + 3 · 3 + 1 · 9 = 28; with 9 trials 27.
        Assert.Equal(9, HalvingPlan.Within([1, 3, 9], 27.5).Trials);
        Assert.Equal(10, HalvingPlan.Within([1, 3, 9], 28).Trials);
        Assert.Equal(28, HalvingPlan.Within([1, 3, 9], 28).GetEpochs(1));
        Assert.Equal(3, HalvingPlan.Within([1, 3, 9], 0).Trials);
    }

    [Fact]
    public void Within_TwoProcesses_CountsTheRunsOfTheOneThatHasMore()
    {
        // The first run, 5 · 1 + 2 · 3 + 1 · 9 = 21: the other nine of ten trials, three and one.
        Assert.Equal(21, HalvingPlan.Create([1, 3, 9], 10).GetEpochs(2));
        Assert.Equal(11, HalvingPlan.Within([1, 3, 9], 21, processes: 2).Trials);
        Assert.Equal(9, HalvingPlan.Within([1, 3, 9], 20.9, processes: 2).Trials);
    }
}
