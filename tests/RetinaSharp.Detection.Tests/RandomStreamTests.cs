namespace RetinaSharp.Detection.Tests;

public class RandomStreamTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1.5, 1.5)]
    [InlineData(8, 8)]
    [InlineData(2, 5)]
    public void NextBeta_ManyDraws_HaveItsMeanAndVariance(double alpha, double beta)
    {
        var random = new RandomStream(5, "beta");
        double[] draws = [.. Enumerable.Range(0, 40_000).Select(_ => random.NextBeta(alpha, beta))];

        var (sum, mean) = (alpha + beta, draws.Average());
        Assert.All([draws.Min(), draws.Max()], draw => Assert.InRange(draw, 0, 1));
        Assert.Equal(alpha / sum, mean, .006);
        Assert.Equal(alpha * beta / (sum * sum * (sum + 1)), draws.Average(draw => (draw - mean) * (draw - mean)), .002);
    }

    [Theory]
    [InlineData(.5, 1)]
    [InlineData(1, 0)]
    public void NextBeta_ShapeBelow1_Throws(double alpha, double beta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(1, "beta").NextBeta(alpha, beta));
}
