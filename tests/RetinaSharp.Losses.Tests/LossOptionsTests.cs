namespace RetinaSharp.Losses.Tests;

public class LossOptionsTests
{
    private const int Rows = 700;
    private const int Classes = 37;

    private static readonly FocalLoss Loss = new(1.5, .25);

    [Fact]
    public void Evaluate_ClassAlpha_AppliesAlphaPerClass()
    {
        var (logits, labels) = Make();
        float[] alpha = [.. Enumerable.Range(0, Classes).Select(i => (i + 1) / 40f)];
        var gradient = new float[logits.Length];
        var sum = SigmoidLoss.Evaluate(Loss, logits, labels, Classes, gradient, new() { ClassAlpha = alpha });
        double expected = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            var one = new FocalLoss(1.5, alpha[i % Classes]);
            var target = labels[i / Classes] == i % Classes ? 1 : 0;
            var ignored = labels[i / Classes] == SigmoidLoss.Ignore;
            expected += ignored ? 0 : one.Value(logits[i], target);
            AssertClose(ignored ? 0 : one.Derivative(logits[i], target), gradient[i]);
        }

        Assert.Equal(expected, sum, 1e-6 * expected);
    }

    [Theory]
    [InlineData(Rows)]
    [InlineData(Rows * Classes)]
    public void Evaluate_Weights_MultiplyEachLoss(int count)
    {
        var (logits, labels) = Make();
        float[] weights = [.. Enumerable.Range(0, count).Select(i => i % 11 / 8f)];
        var (gradient, plain) = (new float[logits.Length], new float[logits.Length]);
        SigmoidLoss.Evaluate(Loss, logits, labels, Classes, gradient, new() { Weights = weights, Threads = 1 });
        SigmoidLoss.Evaluate(Loss, logits, labels, Classes, plain);
        for (var i = 0; i < logits.Length; i++)
            AssertClose(plain[i] * (double)weights[count == Rows ? i / Classes : i], gradient[i]);
    }

    [Fact]
    public void Evaluate_Smoothing_EqualsSoftTarget()
    {
        var (logits, labels) = Make();
        var targets = new float[logits.Length];
        for (var i = 0; i < targets.Length; i++)
            targets[i] = labels[i / Classes] == i % Classes ? .875f : .125f;
        var (gradient, soft) = (new float[logits.Length], new float[logits.Length]);
        SigmoidLoss.Evaluate(Loss, logits, labels, Classes, gradient, new() { Smoothing = .25 });
        SigmoidLoss.Evaluate(Loss, logits, targets, soft);
        for (var i = 0; i < logits.Length; i++)
            Assert.Equal(labels[i / Classes] == SigmoidLoss.Ignore ? 0 : soft[i], gradient[i]);
        // Dense targets are smoothed too; hard ones give the same result as labels.
        float[] hard = [.. targets.Select(target => target > .5f ? 1f : 0)];
        SigmoidLoss.Evaluate(Loss, logits, hard, gradient, new() { Smoothing = .25 });
        Assert.Equal(soft, gradient);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(.5f)]
    [InlineData(float.NaN)]
    public void Evaluate_IgnoreTarget_IsIgnored(float ignored)
    {
        float[] logits = [.. Enumerable.Range(0, 70).Select(i => i / 10f - 3)];
        float[] targets = [.. Enumerable.Range(0, 70).Select(i => i % 3 == 0 ? ignored : i % 2)];
        logits[3] = float.NaN;
        var gradient = new float[70];
        LossOptions options = new() { IgnoreTarget = ignored, Reduction = Reduction.Mean };
        var mean = SigmoidLoss.Evaluate(Loss, logits, targets, gradient, options);
        double expected = 0;
        for (var i = 0; i < 70; i++)
        {
            expected += i % 3 == 0 ? 0 : Loss.Value(logits[i], i % 2) / 46;
            AssertClose(i % 3 == 0 ? 0 : Loss.Derivative(logits[i], i % 2) / 46, gradient[i]);
        }

        Assert.Equal(expected, mean, 1e-6 * expected);
        Assert.Equal(mean, SigmoidLoss.Evaluate(Loss, logits.Select(logit => (double)logit).ToArray(), targets, new double[70], options), 1e-6 * mean);
    }

    [Fact]
    public void Evaluate_Reductions_DivideByDocumentedCount()
    {
        float[] logits = [.. Enumerable.Range(0, 24).Select(i => i / 10f - 1)];
        int[] labels = [0, 2, SigmoidLoss.Background, 255, SigmoidLoss.Ignore, 1, 2, SigmoidLoss.Background];
        var gradient = new float[24];
        LossOptions options = new() { IgnoreLabel = 255 };
        var sum = SigmoidLoss.Evaluate(Loss, logits, labels, 3, gradient, options);
        Assert.Equal(sum / 18, SigmoidLoss.Evaluate(Loss, logits, labels, 3, gradient, options with { Reduction = Reduction.Mean }), 1e-12);
        Assert.Equal(sum / 4, SigmoidLoss.Evaluate(Loss, logits, labels, 3, gradient, options with { Reduction = Reduction.Positives }), 1e-12);
        Assert.Equal(sum / 40, SigmoidLoss.Evaluate(Loss, logits, labels, 3, gradient, options with { Reduction = Reduction.Positives, Normalizer = 10 }), 1e-12);

        float[] targets = [.. Enumerable.Range(0, 24).Select(i => i % 4 / 4f)];
        sum = SigmoidLoss.Evaluate(Loss, logits, targets, gradient);
        Assert.Equal(sum / 24, SigmoidLoss.Evaluate(Loss, logits, targets, gradient, new() { Reduction = Reduction.Mean }), 1e-12);
        Assert.Equal(sum / 9, SigmoidLoss.Evaluate(Loss, logits, targets, gradient, new() { Reduction = Reduction.Positives }), 1e-12);
        Assert.Equal(0, SigmoidLoss.Evaluate(Loss, new float[3], [SigmoidLoss.Ignore], 3, new float[3], new() { Reduction = Reduction.Positives }));
    }

    /// <summary>Double logits use the scalar formulas; the vectorized code must agree for all options.</summary>
    [Fact]
    public void Evaluate_Float_MatchesDouble()
    {
        var (logits, labels) = Make();
        var wide = logits.Select(logit => (double)logit).ToArray();
        float[] alpha = [.. Enumerable.Range(0, Classes).Select(i => i / 36f)];
        float[] rowWeights = [.. Enumerable.Range(0, Rows).Select(i => i % 5 / 2f)];
        float[] elementWeights = [.. Enumerable.Range(0, Rows * Classes).Select(i => i % 7 / 2f)];
        Check(new() { ClassAlpha = alpha, Weights = rowWeights, Reduction = Reduction.Mean });
        Check(new() { ClassAlpha = alpha, Weights = elementWeights, Smoothing = .1, Threads = 3 });
        Check(new() { IgnoreLabel = 4, Normalizer = 3 });

        void Check(LossOptions options)
        {
            var (gradient, wideGradient) = (new float[logits.Length], new double[logits.Length]);
            var (values, wideValues) = (new float[Rows], new float[Rows]);
            var expected = SigmoidLoss.Evaluate(Loss, wide, labels, Classes, wideGradient, options);
            Assert.Equal(expected, SigmoidLoss.Evaluate(Loss, logits, labels, Classes, gradient, options), 1e-6 * expected);
            for (var i = 0; i < gradient.Length; i++)
                Assert.Equal(wideGradient[i], gradient[i], 4e-6 * Math.Max(Math.Abs(wideGradient[i]), options.Smoothing > 0 ? 1 : 1e-30));
            SigmoidLoss.RowValues(Loss, wide, labels, Classes, wideValues, options);
            SigmoidLoss.RowValues(Loss, logits, labels, Classes, values, options);
            for (var i = 0; i < Rows; i++)
                AssertClose(wideValues[i], values[i]);
        }
    }

    [Fact]
    public void RowValues_AllRows_SumToTotal()
    {
        var (logits, labels) = Make();
        var values = new float[Rows];
        SigmoidLoss.RowValues(Loss, logits, labels, Classes, values);
        Assert.Equal(SigmoidLoss.Evaluate(Loss, logits, labels, Classes, new float[logits.Length]), values.Sum(value => (double)value), 1e-2);
        Assert.All(labels.Zip(values), pair => Assert.Equal(pair.First == SigmoidLoss.Ignore, pair.Second == 0));
    }

    [Fact]
    public void Evaluate_WithOptions_DoesNotAllocate()
    {
        var (logits, labels) = Make();
        var gradient = new float[logits.Length];
        float[] alpha = new float[Classes], weights = new float[Rows];

        Assert.Equal(0, Allocations.Fewest(() =>
        {
            SigmoidLoss.Evaluate(Loss, logits, labels, Classes, gradient, new() { ClassAlpha = alpha, Weights = weights, Threads = 1 });
            SoftmaxLoss.Evaluate(Loss, logits, labels, Classes, gradient, new() { LabelOffset = 1, ClassAlpha = alpha, Weights = weights, Threads = 1, IgnoreLabel = Classes - 1 });
        }));
    }

    [Fact]
    public void Evaluate_InvalidOptions_ThrowsWithTheirNames()
    {
        Assert.Contains("weight 3", Error(new() { Weights = [1, 1, 1, float.NaN, 1, 1] }));
        Assert.Contains("alpha of class 1", Error(new() { ClassAlpha = [0, 1.5f, 0] }));
        Assert.Contains("3 classes need as many alphas", Error(new() { ClassAlpha = [0, .5f] }));
        Assert.Contains("2 or 6 weights", Error(new() { Weights = new float[3] }));
        Assert.Contains("smoothing", Error(new() { Smoothing = -.1 }));
        Assert.Contains("normalizer", Error(new() { Normalizer = double.NaN }));
        Assert.Contains("reduction", Error(new() { Reduction = (Reduction)9 }));
        Assert.Contains(nameof(SoftmaxLoss), Error(new() { LabelOffset = 1 }));
        Assert.Contains("0 and 1 are regular targets", Error(new() { IgnoreTarget = 1 }));

        static string Error(LossOptions options)
        {
            try
            {
                SigmoidLoss.Evaluate(Loss, new float[6], [0, 1], 3, new float[6], options);
                return "";
            }
            catch (ArgumentException error)
            {
                return error.Message;
            }
        }
    }

    [Fact]
    public void Evaluate_NonFiniteLogit_ThrowsWithItsIndex()
    {
        Assert.Contains("logit 4 is NaN", Assert.Throws<ArgumentException>(() => SigmoidLoss.Evaluate(Loss, [0f, 0, 0, 0, float.NaN, 0], [0, 1], 3, new float[6])).Message);
        Assert.Contains("logit 0 is ", Assert.Throws<ArgumentException>(() => SigmoidLoss.Evaluate(Loss, [double.PositiveInfinity, 0], [0f, 1], new double[2])).Message);
        var payload = BitConverter.UInt32BitsToSingle(0x7FC00001);
        Assert.Contains("logit 1 is NaN", Assert.Throws<ArgumentException>(() => SigmoidLoss.Evaluate(Loss, [0f, payload], [0f, 1], new float[2])).Message);
        Assert.Contains("logit 1 is NaN", Assert.Throws<ArgumentException>(() => SigmoidLoss.Evaluate(new FocalStarLoss(2), [0f, float.NaN], [0f, 1], new float[2])).Message);
        Assert.Contains("logit 1 is NaN", Assert.Throws<ArgumentException>(() =>
            SigmoidLoss.Evaluate(Loss, [(BFloat16)0f, (BFloat16)float.NaN], [0f, 1], new BFloat16[2])).Message);
        Assert.Throws<NotSupportedException>(() => SigmoidLoss.Evaluate(Loss, new decimal[2], [0f, 1], new decimal[2]));
    }

    private static (float[] Logits, int[] Labels) Make()
    {
        var random = new Random(8);
        float[] logits = [.. Enumerable.Range(0, Rows * Classes).Select(_ => random.NextSingle() * 20 - 13)];
        int[] labels = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(4) == 0 ? random.Next(Classes - 1) : random.Next(SigmoidLoss.Ignore, 0))];
        return (logits, labels);
    }

    private static void AssertClose(double expected, double actual) => Assert.Equal(expected, actual, Math.Max(4e-6 * Math.Abs(expected), 1e-30));
}
