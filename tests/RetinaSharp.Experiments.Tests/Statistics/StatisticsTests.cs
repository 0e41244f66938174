using RetinaSharp.Experiments.Statistics;

namespace RetinaSharp.Experiments.Tests.Statistics;

public sealed class StatisticsTests
{
    // The table of Student's t-distribution in the NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
    [Theory]
    [InlineData(.95, 1, 12.706)]
    [InlineData(.95, 2, 4.303)]
    [InlineData(.95, 3, 3.182)]
    [InlineData(.95, 4, 2.776)]
    [InlineData(.95, 9, 2.262)]
    [InlineData(.95, 30, 2.042)]
    [InlineData(.95, 99, 1.984)]
    [InlineData(.90, 5, 2.015)]
    [InlineData(.99, 10, 3.169)]
    public void StudentQuantile_TableOfNist_Agrees(double probability, int freedom, double expected) =>
        Assert.Equal(expected, MeanInterval.StudentQuantile(probability, freedom), .0005);

    [Fact]
    public void MeanInterval_TwoValues_IsWide()
    {
        // Mean 2, standard error √2 / √2 = 1.
        var (low, high) = MeanInterval.Compute([1, 3])!.Value;

        Assert.Equal((2 - 12.7062, 2 + 12.7062), (low, high), (expected, actual) => Math.Abs(expected.Item1 - actual.Item1) + Math.Abs(expected.Item2 - actual.Item2) < 1e-4);
        Assert.Null(MeanInterval.Compute([1]));
    }

    // Without ties: 1 - 6 Σd² / (n (n² - 1)); the squares of the rank differences of the first case are 0, 1, 1, 0, so that 1 - 12 / 60 = .8.
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 10, 30, 20, 40 }, .8)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 1e3, 1e6, 1e9 }, 1)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 3, 2, 1 }, -1)]
    // With ties: the ranks are 1.5, 1.5, 3 and 1, 2, 3; covariance 1.5, variances 1.5 and 2, so that 1.5 / √3.
    [InlineData(new double[] { 5, 5, 9 }, new double[] { 1, 2, 3 }, .8660254037844386)]
    public void RankCorrelation_ByHand_Agrees(double[] x, double[] y, double expected) => Assert.Equal(expected, RankCorrelation.Compute(x, y)!.Value, 1e-12);

    [Fact]
    public void RankCorrelation_ConstantValues_IsUndefined() => Assert.Null(RankCorrelation.Compute([1, 1, 1], [1, 2, 3]));

    // The mean of a sample of n values out of 0 and 1 is binomial with variance .25 / n: for 100 values .5 ± 1.96 · .05.
    [Fact]
    public void Bootstrap_OfAMean_HasTheWidthOfItsNormalApproximation()
    {
        var (low, high) = Bootstrap.Interval(100, sample => sample.Average(index => index % 2), .95)!.Value;

        Assert.Equal(.402, low, .011);
        Assert.Equal(.598, high, .011);
        Assert.Equal((low, high), Bootstrap.Interval(100, sample => sample.Average(index => index % 2), .95));
    }

    [Fact]
    public void Bootstrap_MostlyUndefinedStatistic_HasNoInterval() => Assert.Null(Bootstrap.Interval(3, _ => null, .95));
}
