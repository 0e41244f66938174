namespace RetinaSharp.Losses.Tests;

public class SigmoidLossTests
{
    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 7, 3 }, { 40, 17 }, { 33, 80 }, { 900, 91 }, { 20000, 2 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Evaluate_Labels_EqualsOneHotTargets(int anchors, int classes)
    {
        var loss = new FocalLoss(1.5, .25);
        var (logits, labels) = Make(anchors, classes);
        var targets = new float[logits.Length];
        for (var i = 0; i < anchors; i++)
            if (labels[i] >= 0)
                targets[i * classes + labels[i]] = 1;
        var gradient = Dirty(logits.Length);
        var denseGradient = Dirty(logits.Length);
        var values = Dirty(logits.Length);

        var sum = SigmoidLoss.Evaluate(loss, logits, labels, classes, gradient, new() { Normalizer = 2 });
        SigmoidLoss.Evaluate(loss, logits, targets, denseGradient, new() { Normalizer = 2 });
        SigmoidLoss.Values(loss, logits, targets, values);

        double expected = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            var ignored = labels[i / classes] == SigmoidLoss.Ignore;
            if (gradient[i] != (ignored ? 0 : denseGradient[i]))
                Assert.Fail($"gradient {i}: {gradient[i]} against {denseGradient[i]}");
            expected += ignored ? 0 : .5 * values[i];
        }
        Assert.Equal(expected, sum, 1e-12 * expected);
    }

    [Fact]
    public void Evaluate_Normalizer_DividesSumAndGradient()
    {
        var (logits, labels) = Make(50, 9);
        float[] gradient = Dirty(logits.Length), scaled = Dirty(logits.Length);
        var sum = SigmoidLoss.Evaluate(new FocalLoss(), logits, labels, 9, gradient);
        Assert.Equal(sum / 64, SigmoidLoss.Evaluate(new FocalLoss(), logits, labels, 9, scaled, new() { Normalizer = 64 }));
        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal(gradient[i] / 64, scaled[i]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(.25)]
    public void Evaluate_GammaZero_EqualsCrossEntropyBitForBit(double? alpha)
    {
        var (logits, labels) = Make(500, 13);
        float[] focal = Dirty(logits.Length), crossEntropy = Dirty(logits.Length);
        Assert.Equal(
            BitConverter.DoubleToInt64Bits(SigmoidLoss.Evaluate(new CrossEntropy(alpha), logits, labels, 13, crossEntropy)),
            BitConverter.DoubleToInt64Bits(SigmoidLoss.Evaluate(new FocalLoss(0, alpha), logits, labels, 13, focal)));
        Assert.Equal(crossEntropy.Select(BitConverter.SingleToInt32Bits), focal.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Evaluate_AnyNumberOfThreads_GivesSameBits()
    {
        var (logits, labels) = Make(12000, 11);
        var gradient = Dirty(logits.Length);
        var sum = SigmoidLoss.Evaluate(new FocalLoss(), logits, labels, 11, gradient, new() { Normalizer = 10, Threads = 1 });
        foreach (var threads in new[] { 2, 3, 8, 64, 0 })
            for (var repeat = 0; repeat < 3; repeat++)
            {
                var other = Dirty(logits.Length);
                Assert.Equal(sum, SigmoidLoss.Evaluate(new FocalLoss(), logits, labels, 11, other, new() { Normalizer = 10, Threads = threads }));
                Assert.True(gradient.AsSpan().SequenceEqual(other));
            }
    }

    [Fact]
    public void Evaluate_ConcurrentCallers_GetSameResult()
    {
        var (logits, labels) = Make(9000, 8);
        var expected = SigmoidLoss.Evaluate(new FocalLoss(), logits, labels, 8, Dirty(logits.Length), new() { Threads = 1 });
        Parallel.For(0, 40, _ =>
            Assert.Equal(expected, SigmoidLoss.Evaluate(new FocalLoss(), logits, labels, 8, Dirty(logits.Length), new() { Threads = 4 })));
    }

    [Fact]
    public void Evaluate_OneThread_DoesNotAllocate()
    {
        var (logits, labels) = Make(1000, 20);
        var gradient = Dirty(logits.Length);

        Assert.Equal(0, Allocations.Fewest(() => SigmoidLoss.Evaluate(new FocalLoss(), logits, labels, 20, gradient, new() { Threads = 1 })));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Evaluate_BFloat16_EqualsRoundedFloat(int anchors, int classes)
    {
        var (logits, labels) = Make(anchors, classes);
        var narrow = logits.Select(logit => (BFloat16)logit).ToArray();
        var wide = narrow.Select(logit => (float)logit).ToArray();
        var targets = wide.Select(logit => Math.Abs(logit) / 13 % 1).ToArray();
        var narrowGradient = new BFloat16[logits.Length];
        var gradient = Dirty(logits.Length);

        var sum = SigmoidLoss.Evaluate(new FocalLoss(), wide, labels, classes, gradient);
        Assert.Equal(sum, SigmoidLoss.Evaluate(new FocalLoss(), narrow, labels, classes, narrowGradient));
        Assert.True(gradient.Select(number => (BFloat16)number).SequenceEqual(narrowGradient));

        sum = SigmoidLoss.Evaluate(new FocalLoss(), wide, targets, gradient);
        Assert.Equal(sum, SigmoidLoss.Evaluate(new FocalLoss(), narrow, targets, narrowGradient));
        Assert.True(gradient.Select(number => (BFloat16)number).SequenceEqual(narrowGradient));

        float[] values = Dirty(logits.Length), narrowValues = Dirty(logits.Length);
        SigmoidLoss.Values(new FocalLoss(), wide, targets, values);
        SigmoidLoss.Values(new FocalLoss(), narrow, targets, narrowValues);
        Assert.Equal(values, narrowValues);
    }

    [Fact]
    public void Evaluate_ExtremeLogits_AreFinite()
    {
        var logits = LossCases.Logits;
        foreach (var gamma in new[] { 0, 1e-300, 1e-40, 1e-10, .1, .5, 1, 2, 5, 100, 1e10, 1e38, 1e300, double.MaxValue })
            foreach (var target in new[] { 0f, 1, .5f })
            {
                var gradient = Dirty(logits.Length);
                var sum = SigmoidLoss.Evaluate(new FocalLoss(gamma, .25), logits, Enumerable.Repeat(target, logits.Length).ToArray(), gradient);
                Assert.True(double.IsFinite(sum) && sum >= 0, $"gamma {gamma}");
                Assert.True(gradient.All(float.IsFinite), $"gamma {gamma}");
            }
    }

    [Fact]
    public void Evaluate_LargestLogits_SumExceedsFloatRange()
    {
        float[] logits = [.. Enumerable.Repeat(float.MaxValue, 100)];
        Assert.Equal(100.0 * float.MaxValue, SigmoidLoss.Evaluate(default(CrossEntropy), logits, new int[100].Select(_ => -1).ToArray(), 1, Dirty(100)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(2)]
    public void Evaluate_NaN_AffectsOnlyItsOwnElement(double gamma)
    {
        var (logits, labels) = Make(9, 5);
        labels.AsSpan().Fill(SigmoidLoss.Background);
        labels[4] = 2;
        logits[4 * 5 + 2] = float.NaN;
        logits[7] = float.NaN;
        var gradient = Dirty(logits.Length);
        Assert.True(double.IsNaN(SigmoidLoss.Evaluate(new FocalLoss(gamma), logits, labels, 5, gradient, new() { AllowsNonFinite = true })));
        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal(float.IsNaN(logits[i]), float.IsNaN(gradient[i]));
        var narrow = new BFloat16[logits.Length];
        SigmoidLoss.Evaluate(new FocalLoss(gamma), logits.Select(logit => (BFloat16)logit).ToArray(), labels, 5, narrow, new() { AllowsNonFinite = true });
        Assert.True(float.IsNaN(narrow[7]));
    }

    [Fact]
    public void Evaluate_IgnoredNaN_IsIgnored()
    {
        float[] gradient = Dirty(2);
        Assert.Equal(0, SigmoidLoss.Evaluate(new FocalLoss(), [float.NaN, 3], [SigmoidLoss.Ignore], 2, gradient));
        Assert.Equal([0, 0], gradient);
    }

    [Fact]
    public void Evaluate_NoLogits_IsZero()
    {
        Assert.Equal(0, SigmoidLoss.Evaluate(new FocalLoss(), ReadOnlySpan<float>.Empty, [], 3, []));
        Assert.Equal(0, SigmoidLoss.Evaluate(new FocalLoss(), ReadOnlySpan<float>.Empty, ReadOnlySpan<float>.Empty, []));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Evaluate_InvalidLabel_Throws(int threads)
    {
        foreach (var label in new[] { 3, -3, int.MinValue })
        {
            var labels = new int[30000];
            labels[20000] = label;
            var error = Assert.Throws<ArgumentException>(() =>
                SigmoidLoss.Evaluate(new FocalLoss(), new float[90000], labels, 3, new float[90000], new() { Threads = threads }));
            Assert.Contains("20000", error.Message);
        }
    }

    [Theory]
    [InlineData(-.5f)]
    [InlineData(1.5f)]
    [InlineData(float.NaN)]
    public void Evaluate_TargetOutOfRange_Throws(float target)
    {
        float[] targets = [0, 1, target];
        Assert.Contains("target 2", Assert.Throws<ArgumentException>(() => SigmoidLoss.Evaluate(new FocalLoss(), new float[3], targets, new float[3])).Message);
        Assert.Contains("target 2", Assert.Throws<ArgumentException>(() => SigmoidLoss.Values(new FocalLoss(), new float[3], targets, new float[3])).Message);
        Assert.Contains("target 2", Assert.Throws<ArgumentException>(() => SigmoidLoss.Values(new FocalLoss(), new double[3], targets, new double[3])).Message);
    }

    [Fact]
    public void Evaluate_WrongLengths_Throws()
    {
        var loss = new FocalLoss();
        Assert.Throws<ArgumentException>("logits", () => SigmoidLoss.Evaluate(loss, new float[5], new int[2], 3, new float[5]));
        Assert.Throws<ArgumentException>("gradient", () => SigmoidLoss.Evaluate(loss, new float[6], new int[2], 3, new float[5]));
        Assert.Throws<ArgumentException>("targets", () => SigmoidLoss.Evaluate(loss, new float[6], new float[5], new float[6]));
        Assert.Throws<ArgumentException>("values", () => SigmoidLoss.Values(loss, new float[6], new float[6], new float[5]));
        Assert.Throws<ArgumentOutOfRangeException>("classes", () => SigmoidLoss.Evaluate(loss, new float[0], new int[0], 0, new float[0]));
        Assert.Throws<ArgumentOutOfRangeException>("Threads", () => SigmoidLoss.Evaluate(loss, new float[1], new int[1], 1, new float[1], new() { Threads = -1 }));
    }

    [Fact]
    public void Evaluate_OverlappingGradient_Throws()
    {
        var memory = new float[10];
        Assert.Throws<ArgumentException>("gradient", () =>
            SigmoidLoss.Evaluate(new FocalLoss(), memory.AsSpan(0, 5), new int[5], 1, memory.AsSpan(4, 5)));
        Assert.Throws<ArgumentException>("gradient", () =>
            SigmoidLoss.Evaluate(new FocalLoss(), new float[5], memory.AsSpan(0, 5), memory.AsSpan(4, 5)));
        SigmoidLoss.Evaluate(new FocalLoss(), memory.AsSpan(0, 5), new int[5], 1, memory.AsSpan(5, 5));
    }

    private static (float[] Logits, int[] Labels) Make(int anchors, int classes)
    {
        var random = new Random(anchors * 1000 + classes);
        var logits = new float[anchors * classes];
        foreach (ref var logit in logits.AsSpan())
            logit = random.NextSingle() * 20 - 13;
        var labels = new int[anchors];
        foreach (ref var label in labels.AsSpan())
            label = random.Next(6) switch { 0 => random.Next(classes), 1 => SigmoidLoss.Ignore, _ => SigmoidLoss.Background };
        return (logits, labels);
    }

    // NaN everywhere, so that an element that is not written fails a test.
    private static float[] Dirty(int count)
    {
        var numbers = new float[count];
        numbers.AsSpan().Fill(float.NaN);
        return numbers;
    }
}
