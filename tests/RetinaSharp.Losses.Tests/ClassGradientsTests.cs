namespace RetinaSharp.Losses.Tests;

public class ClassGradientsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(37)]
    public void Accumulate_Gradients_SumsAbsoluteValuesByClassAndSide(int classes)
    {
        const int Rows = 5000;
        var random = new Random(classes);
        float[] gradient = [.. Enumerable.Range(0, Rows * classes).Select(_ => random.NextSingle() - .5f)];
        int[] labels = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(-2, classes))];
        var (positive, negative) = (new double[classes], new double[classes]);
        for (var i = 0; i < gradient.Length; i++)
            (labels[i / classes] == i % classes ? positive : negative)[i % classes] += Math.Abs((double)gradient[i]);

        ClassGradients singles = new(classes), doubles = new(classes), threads = new(classes), narrow = new(classes);
        singles.Accumulate<float>(gradient, labels, threads: 1);
        threads.Accumulate<float>(gradient, labels, threads: 5);
        doubles.Accumulate<double>(gradient.Select(number => (double)number).ToArray(), labels);
        narrow.Accumulate<BFloat16>(gradient.Select(number => (BFloat16)number).ToArray(), labels);

        Assert.Equal(singles.Positive, threads.Positive);
        Assert.Equal(singles.Negative, threads.Negative);
        for (var c = 0; c < classes; c++)
        {
            Assert.Equal(positive[c], singles.Positive[c], 1e-12 * positive[c]);
            Assert.Equal(negative[c], singles.Negative[c], 1e-12 * negative[c]);
            Assert.Equal(positive[c], doubles.Positive[c], 1e-12 * positive[c]);
            Assert.Equal(negative[c], doubles.Negative[c], 1e-12 * negative[c]);
            Assert.Equal(negative[c], narrow.Negative[c], 1e-3 * negative[c]);
        }
    }

    [Fact]
    public void Ratio_Sums_AreDividedAndClamped()
    {
        var gradients = new ClassGradients([0, 1, 3, 0], [0, 4, 2, 9]);
        Assert.Equal([1, .25, 1, 0], Enumerable.Range(0, 4).Select(gradients.Ratio));
        Assert.Equal(1, new ClassGradients(2).Ratio(1));
    }

    [Fact]
    public void Accumulate_SavedState_Continues()
    {
        float[] gradient = [.5f, -.25f, .125f, 1];
        var whole = new ClassGradients(2);
        whole.Accumulate<float>(gradient, [0, -1]);
        whole.Accumulate<float>(gradient, [1, -2]);
        var first = new ClassGradients(2);
        first.Accumulate<float>(gradient, [0, -1]);
        var second = new ClassGradients(first.Positive, first.Negative);
        second.Accumulate<float>(gradient, [1, -2]);
        Assert.Equal(whole.Positive, second.Positive);
        Assert.Equal(whole.Negative, second.Negative);
        Assert.Equal([.5, .25], whole.Positive.ToArray());
        Assert.Equal([.125 + .5 + .125, .25 + 1 + 1], whole.Negative.ToArray());
    }

    [Fact]
    public void Accumulate_InvalidArguments_ThrowsAndKeepsState()
    {
        var gradients = new ClassGradients(2);
        Assert.Throws<ArgumentException>("gradient", () => gradients.Accumulate<float>(new float[3], [0, 1]));
        Assert.Contains("anchor 1 has label 2", Assert.Throws<ArgumentException>(() => gradients.Accumulate<float>(new float[4], [0, 2])).Message);
        Assert.Throws<ArgumentException>("gradient", () => gradients.Accumulate<float>([1, 2, float.NaN, 4], [0, 1]));
        Assert.Throws<NotSupportedException>(() => gradients.Accumulate<int>(new int[4], [0, 1]));
        Assert.Equal([0, 0], gradients.Positive.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassGradients(0));
        Assert.Throws<ArgumentException>(() => new ClassGradients([1], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>("negative", () => new ClassGradients([1], [-1]));
    }
}
