using RetinaSharp.Experiments.Tuning;

namespace RetinaSharp.Experiments.Tests.Tuning;

public sealed class HalvingPlanTests
{
    // The first bracket of table 1 of the Hyperband paper: R 81, η 3.
    [Fact]
    public void Steps_HyperbandsExample_AreThePapers() =>
        Assert.Equal([(1, 81), (3, 27), (9, 9), (27, 3), (81, 1)], HalvingPlan.Create(81, 81).Steps);

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 2 })]
    [InlineData(3, new[] { 1, 3 })]
    [InlineData(20, new[] { 2, 7, 20 })]
    [InlineData(66, new[] { 2, 7, 22, 66 })]
    public void Rungs_OfEpochs_AreThirds(int epochs, int[] expected) => Assert.Equal(expected, HalvingPlan.Create(epochs, 9).Rungs);

    [Fact]
    public void Steps_OneTrialLeft_GoesToTheLastRung()
    {
        Assert.Equal([(2, 5), (66, 1)], HalvingPlan.Create(66, 5).Steps);
        Assert.Equal([(2, 10), (7, 3), (66, 1)], HalvingPlan.Create(66, 10).Steps);
        Assert.Equal([(2, 1), (66, 1)], HalvingPlan.Create(66, 1).Steps);
        Assert.Equal([(2, 7)], HalvingPlan.Create(2, 7).Steps);
    }

    [Fact]
    public void Within_Budget_HasAsManyTrialsAsFit()
    {
        // 10 · 1 + 3 · 3 + 1 · 9 = 28; with 9 trials 27.
        Assert.Equal(9, HalvingPlan.Within(9, 27.5).Trials);
        Assert.Equal(10, HalvingPlan.Within(9, 28).Trials);
        Assert.Equal(28, HalvingPlan.Within(9, 28).Epochs);
        Assert.Equal(3, HalvingPlan.Within(9, 0).Trials);
    }
}
