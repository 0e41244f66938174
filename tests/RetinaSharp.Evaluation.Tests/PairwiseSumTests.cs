namespace RetinaSharp.Evaluation.Tests;

public sealed class PairwiseSumTests
{
    /// <summary>Sums of 1 / (i + 1) for i below n, from numpy 1.24.2: <c>float(np.sum(1 / np.arange(1, n + 1)))</c>.</summary>
    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, 1.0)]
    [InlineData(7, 2.5928571428571425)]
    [InlineData(8, 2.7178571428571425)]
    [InlineData(13, 3.180133755133755)]
    [InlineData(128, 5.433147092589173)]
    [InlineData(129, 5.440899030573669)]
    [InlineData(1010, 7.495416242550459)]
    [InlineData(10100, 9.797555871864466)]
    [InlineData(80801, 11.876966473601225)]
    public void Of_HarmonicNumbers_HasNumpysBits(int count, double expected)
    {
        double[] values = [.. Enumerable.Range(1, count).Select(i => 1.0 / i)];

        Assert.Equal(expected, PairwiseSum.Compute(values));
    }

    [Fact]
    public void Of_ThousandNumbers_DiffersFromThePlainSum() =>
        // Otherwise the test above would show nothing.
        Assert.NotEqual(Enumerable.Range(1, 1010).Select(i => 1.0 / i).Sum(), PairwiseSum.Compute([.. Enumerable.Range(1, 1010).Select(i => 1.0 / i)]));
}
