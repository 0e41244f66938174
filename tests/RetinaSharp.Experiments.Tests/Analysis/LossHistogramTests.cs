using RetinaSharp.Experiments.Analysis;

namespace RetinaSharp.Experiments.Tests.Analysis;

public class LossHistogramTests
{
    // Losses of one bin differ by less than this, and only within a bin is anything not exact.
    private const double BinWidth = 1.0 / 512;

    /// <summary>From the seed, a loss.</summary>
    public static TheoryData<string, Func<Random, double>> Shapes => new()
    {
        { "even", random => random.NextDouble() },
        { "over many powers of ten", random => Math.Exp(-60 * random.NextDouble()) },
        { "mostly 0", random => random.Next(10) == 0 ? random.NextDouble() : 0 },
        { "of two values", random => random.Next(2) == 0 ? 1e-30 : 7 },
        { "nearly equal", random => 1 + 1e-4 * random.NextDouble() },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Distribution_Losses_IsThatOfSorting(string shape, Func<Random, double> draw)
    {
        var random = new Random(shape.Length);
        float[] losses = [.. Enumerable.Range(0, 20_000).Select(_ => (float)draw(random))];
        var plain = new PlainDistribution(losses.Select(loss => (double)loss));

        var distribution = Of(losses);

        Assert.Equal((losses.Length, 2), (distribution.Anchors, distribution.Gamma));
        Assert.Equal(losses.Sum(loss => (double)loss), distribution.Loss, distribution.Loss * 1e-12);
        for (var i = 0; i <= LossDistribution.Steps; i++)
            Assert.Equal(plain.At((double)i / LossDistribution.Steps), distribution.Cumulative[i], BinWidth);
        Assert.Equal((0, 1), (distribution.Cumulative[0], distribution.Cumulative[^1]));
    }

    [Fact]
    public void ShareOfHardest_FewLosses_IsWhatTheyHave()
    {
        var distribution = Of([1, 4, 2, 3]);

        Assert.Equal(.4, distribution.ShareOfHardest(.25)!.Value, 1e-12);
        Assert.Equal(.7, distribution.ShareOfHardest(.5)!.Value, 1e-12);
        Assert.Equal(1, distribution.ShareOfHardest(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => distribution.ShareOfHardest(1.1));
    }

    [Theory]
    [InlineData(new float[0])]
    [InlineData(new[] { 0f, -0f })]
    public void ShareOfHardest_NoLoss_IsNone(float[] losses)
    {
        var distribution = Of(losses);

        Assert.Equal(losses.Length, distribution.Anchors);
        Assert.Empty(distribution.Cumulative);
        Assert.Null(distribution.ShareOfHardest(.2));
    }

    private static LossDistribution Of(float[] losses)
    {
        var histogram = new LossHistogram();
        foreach (var loss in losses)
            histogram.Add(loss);
        return histogram.Distribution(gamma: 2);
    }
}
