namespace RetinaSharp.Losses.Tests;

public class ClassBalanceTests
{
    [Theory]
    [InlineData(1, 999, .999)]
    [InlineData(50, 50, .5)]
    [InlineData(0, 10, 1)]
    [InlineData(10, 0, 0)]
    public void Alpha_Counts_BalancesPositivesAndNegatives(long positives, long negatives, double alpha) =>
        Assert.Equal(alpha, ClassBalance.Alpha(positives, negatives), 1e-15);

    [Fact]
    public void InverseFrequency_Counts_SumsToOneAndBalancesClasses()
    {
        var weights = ClassBalance.InverseFrequency([10, 100, 0, 1000]);
        Assert.Equal(1, weights.Sum(), 1e-6);
        Assert.Equal(0, weights[2]);
        Assert.Equal(weights[0] * 10, weights[1] * 100, 1e-6);
        Assert.Equal(weights[0] * 10, weights[3] * 1000, 1e-6);
    }

    [Fact]
    public void EffectiveNumber_Counts_InterpolatesBetweenEqualAndInverseFrequency()
    {
        Assert.Equal([.5f, .5f], ClassBalance.EffectiveNumber([3, 3000], 0));
        // (1 - β) / (1 - β^n): with β = .9 and n = 1, 2: 1 and .1 / .19.
        var weights = ClassBalance.EffectiveNumber([1, 2], .9);
        Assert.Equal(.19 / .1, weights[0] / weights[1], 1e-6);
        Assert.Equal(1000, ClassBalance.EffectiveNumber([1, 1000], 1 - 1e-9) is var near ? near[0] / near[1] : 0, .1);
    }

    [Fact]
    public void Counts_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>("counts", () => ClassBalance.InverseFrequency([1, -1]));
        Assert.Throws<ArgumentException>("counts", () => ClassBalance.InverseFrequency([0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>("beta", () => ClassBalance.EffectiveNumber([1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassBalance.Alpha(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("negatives", () => ClassBalance.Alpha(1, -2));
    }

    [Fact]
    public void Search_Folds_PartitionExamplesAndBestMeanWins()
    {
        var seen = new int[23];
        var (best, scores) = CrossValidation.Search([.1, .5, .9], 23, 4, 1, (candidate, train, validation) =>
        {
            Assert.Equal(Enumerable.Range(0, 23), train.Concat(validation).Order());
            Assert.InRange(validation.Count, 5, 6);
            if (candidate == .5)
                foreach (var i in validation)
                    seen[i]++;
            return candidate == .1 ? double.NaN : 1 - candidate + validation[0] * 1e-6;
        });
        Assert.Equal(.5, best);
        Assert.All(seen, count => Assert.Equal(1, count));
        Assert.True(double.IsNaN(scores[0]));
        Assert.Equal(.1, scores[2], 1e-3);
    }

    [Fact]
    public void Search_BadArguments_Throw()
    {
        static double Trial(double candidate, IReadOnlyList<int> train, IReadOnlyList<int> validation) => 0;
        Assert.ThrowsAny<ArgumentException>(() => CrossValidation.Search([], 10, 2, 0, Trial));
        Assert.ThrowsAny<ArgumentException>(() => CrossValidation.Search([1], 10, 1, 0, Trial));
        Assert.ThrowsAny<ArgumentException>(() => CrossValidation.Search([1], 2, 3, 0, Trial));
        Assert.Throws<OperationCanceledException>(() => CrossValidation.Search([1], 10, 2, 0, Trial, new(canceled: true)));
    }
}
