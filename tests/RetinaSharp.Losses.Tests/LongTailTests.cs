namespace RetinaSharp.Losses.Tests;

/// <summary>Seesaw loss and LDAM: softmax cross entropy of adjusted logits.</summary>
public class LongTailTests
{
    private static readonly ClassCounts Counts = new([1000, 3, 0, 250, 40]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void SeesawLoss_Gradient_IsThatOfConstantFactors(int offset)
    {
        var random = new Random(offset);
        var outputs = 5 + offset;
        var loss = new SeesawLoss(.8, 2);
        for (var label = -offset; label < 5; label++)
        {
            double[] logits = [.. Enumerable.Range(0, outputs).Select(_ => random.NextDouble() * 8 - 4)];
            var gradient = new double[outputs];
            loss.Evaluate(logits, [label], Counts, gradient, new() { LabelOffset = offset });
            // The gradient of softmax cross entropy sums to 0, and is a softmax: positive except for the correct class.
            Assert.Equal(0, gradient.Sum(), 1e-14);
            for (var i = 0; i < outputs; i++)
                Assert.Equal(i == label + offset, gradient[i] < 0);
        }
    }

    [Fact]
    public void SeesawLoss_WithoutFactors_IsSoftmaxCrossEntropy()
    {
        var (logits, labels) = Make(5);
        float[] expected = new float[logits.Length], gradient = new float[logits.Length];
        var value = SoftmaxLoss.Evaluate(default(CrossEntropy), logits, labels, 5, expected);
        Assert.Equal(value, default(SeesawLoss).Evaluate(logits, labels, Counts, gradient));
        Assert.Equal(expected, gradient);
        // Equal counts have no mitigation.
        Assert.Equal(value, new SeesawLoss(.8, 0).Evaluate(logits, labels, new([7, 7, 7, 7, 7]), gradient));
        Assert.Equal(expected, gradient);
    }

    /// <summary>mmdetection 6424 and 6848: a background output leaves the factors of the classes as they are without it, however likely it is.</summary>
    [Theory]
    [InlineData(-20)]
    [InlineData(0)]
    [InlineData(4.6)]
    [InlineData(20)]
    public void SeesawLoss_BackgroundLogit_DoesNotChangeFactors(double background)
    {
        double[] classes = [-2, 1, 0, -1.5, 3];
        foreach (var loss in new[] { new SeesawLoss(), new SeesawLoss(0, 2), new SeesawLoss(.8, 1.5, 1e-4) })
        {
            for (var label = 0; label < 5; label++)
            {
                var (gradient, withBackground, single) = (new double[5], new double[6], new float[6]);
                loss.Evaluate(classes, [label], Counts, gradient);
                double[] logits = [background, .. classes];
                loss.Evaluate(logits, [label], Counts, withBackground, new() { LabelOffset = 1 });
                loss.Evaluate(logits.Select(logit => (float)logit).ToArray(), [label], Counts, single, new() { LabelOffset = 1 });
                // The gradient at j is proportional to S_ij e^x_j, and S is 1 for the background.
                var unit = withBackground[0] / Math.Exp(background);
                var other = label == 0 ? 1 : 0;
                for (var j = 0; j < 5; j++)
                {
                    if (j == label)
                        continue;
                    Assert.Equal(gradient[j] / gradient[other], withBackground[j + 1] / withBackground[other + 1], 1e-12 * gradient[j] / gradient[other]);
                    Assert.Equal(Factor(loss, classes, label, j), withBackground[j + 1] / (unit * Math.Exp(classes[j])), 1e-9 * Factor(loss, classes, label, j));
                    Assert.Equal(withBackground[j + 1], single[j + 1], 1e-4 * withBackground[j + 1]);
                }
            }
        }

        static double Factor(SeesawLoss loss, double[] classes, int i, int j)
        {
            var minProbability = loss.Compensation == 1.5 ? 1e-4 : .01;
            var sum = classes.Sum(logit => Math.Exp(logit));
            var mitigation = Math.Pow(Math.Min(1, Math.Max(1.0, Counts.Counts[j]) / Math.Max(1.0, Counts.Counts[i])), loss.Mitigation);
            return mitigation * Math.Pow(Math.Max(1, Math.Exp(classes[j]) / sum / Math.Max(Math.Exp(classes[i]) / sum, minProbability)), loss.Compensation);
        }
    }

    /// <summary>One class besides the background has no other class that a factor could be for.</summary>
    [Fact]
    public void SeesawLoss_OneClassAndBackground_IsSoftmaxCrossEntropy()
    {
        foreach (var label in new[] { -1, 0 })
        {
            foreach (var logits in (float[][])[[5, -5], [-5, 5], [float.MaxValue, float.MinValue], [float.MinValue, float.MinValue]])
            {
                float[] expected = new float[2], gradient = new float[2];
                LossOptions options = new() { LabelOffset = 1 };
                var value = SoftmaxLoss.Evaluate(default(CrossEntropy), logits, [label], 2, expected, options);
                Assert.Equal(value, new SeesawLoss().Evaluate(logits, [label], new ClassCounts(1), gradient, options));
                Assert.Equal(expected, gradient);
            }
        }
    }

    [Fact]
    public void LdamLoss_WithoutMarginAndScale_IsSoftmaxCrossEntropy()
    {
        var (logits, labels) = Make(5);
        float[] expected = new float[logits.Length], gradient = new float[logits.Length];
        Assert.Equal(
            SoftmaxLoss.Evaluate(default(CrossEntropy), logits, labels, 5, expected),
            new LdamLoss(Counts.Counts, maxMargin: 0, scale: 1).Evaluate(logits, labels, gradient), 1e-6);
        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal(expected[i], gradient[i], 1e-6);
    }

    [Fact]
    public void LdamLoss_Margins_FollowFourthRootOfCounts()
    {
        var margins = new LdamLoss([16, 1, 256, 0]).Margins;
        Assert.Equal([.25, .5, .125, .5], margins.ToArray());
    }

    /// <summary>RIDE 4, SADE 5: the scale is a factor of logits and margin alike.</summary>
    [Fact]
    public void LdamLoss_Scale_MultipliesLogitsAndMargin()
    {
        var ldam = new LdamLoss([16, 1, 256], maxMargin: .5, scale: 4);
        double[] adjusted = [4 * (.5 - .25), 4 * .75, 4 * -.125], expected = new double[3], gradient = new double[3];
        Assert.Equal(
            SoftmaxLoss.Evaluate(default(CrossEntropy), adjusted, [0], 3, expected),
            ldam.Evaluate([.5, .75, -.125], [0], gradient), 1e-14);
        for (var i = 0; i < 3; i++)
            Assert.Equal(4 * expected[i], gradient[i], 1e-14);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(1204)]
    public void Evaluate_Float_MatchesDouble(int outputs)
    {
        var (logits, labels) = Make(outputs);
        var wide = logits.Select(logit => (double)logit).ToArray();
        var random = new Random(1);
        long[] counts = [.. Enumerable.Range(0, outputs).Select(_ => random.NextInt64(3000))];
        float[] gradient = new float[logits.Length], other = new float[logits.Length];
        var wideGradient = new double[logits.Length];

        var seesaw = new SeesawLoss();
        var state = new ClassCounts(counts);
        var expected = seesaw.Evaluate(wide, labels, state, wideGradient);
        Assert.Equal(expected, seesaw.Evaluate(logits, labels, state, gradient, new() { Threads = 1 }), 1e-5 * expected);
        seesaw.Evaluate(logits, labels, state, other, new() { Threads = 5 });
        Assert.Equal(gradient, other);
        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal(wideGradient[i], gradient[i], 2e-5 * Math.Abs(wideGradient[i]) + 1e-12);

        var ldam = new LdamLoss(counts);
        expected = ldam.Evaluate(wide, labels, wideGradient);
        Assert.Equal(expected, ldam.Evaluate(logits, labels, gradient), 1e-5 * expected);
        // The fp32 logits are multiplied by 30, and so is the error of subtracting the margin from them.
        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal(wideGradient[i], gradient[i], 1e-4 * Math.Abs(wideGradient[i]) + 1e-12);

        // The first output as a background, which has most of the probability.
        int[] offsetLabels = [.. labels.Select(label => label - 1)];
        for (var row = 0; row < 40; row++)
            wide[row * outputs] = logits[row * outputs] += 8;
        state = new(counts[1..]);
        expected = seesaw.Evaluate(wide, offsetLabels, state, wideGradient, new() { LabelOffset = 1 });
        Assert.Equal(expected, seesaw.Evaluate(logits, offsetLabels, state, gradient, new() { LabelOffset = 1 }), 1e-5 * expected);
        for (var i = 0; i < gradient.Length; i++)
            Assert.Equal(wideGradient[i], gradient[i], 2e-5 * Math.Abs(wideGradient[i]) + 1e-12);
    }

    [Fact]
    public void Evaluate_FarApartLogits_AreFinite()
    {
        float[] logits = [800, 0, -800, 5, 1, 1e38f, -1e38f, 0, 1, 2, float.MaxValue, float.MinValue, 0, 0, 0, -1e38f, -1e38f, -1e38f, -1e38f, -1e38f];
        for (var label = 0; label < 5; label++)
        {
            var labels = Enumerable.Repeat(label, 4).ToArray();
            var (gradient, wide) = (new float[20], new double[20]);
            foreach (var seesaw in new[] { new SeesawLoss(), new(1000, 1000, 1e-300) })
            {
                Assert.True(double.IsFinite(seesaw.Evaluate(logits, labels, Counts, gradient)));
                Assert.All(gradient, number => Assert.True(float.IsFinite(number)));
                Assert.True(double.IsFinite(seesaw.Evaluate(logits.Select(logit => (double)logit).ToArray(), labels, Counts, wide)));
                Assert.All(wide, number => Assert.True(double.IsFinite(number)));

                // The first output as a background.
                int[] offsetLabels = [.. labels.Select(own => own - 1)];
                var counts = new ClassCounts(Counts.Counts[1..]);
                Assert.True(double.IsFinite(seesaw.Evaluate(logits, offsetLabels, counts, gradient, new() { LabelOffset = 1 })));
                Assert.All(gradient, number => Assert.True(float.IsFinite(number)));
                Assert.True(double.IsFinite(seesaw.Evaluate(logits.Select(logit => (double)logit).ToArray(), offsetLabels, counts, wide, new() { LabelOffset = 1 })));
                Assert.All(wide, number => Assert.True(double.IsFinite(number)));
            }

            Assert.True(double.IsFinite(new LdamLoss(Counts.Counts).Evaluate(logits, labels, gradient)));
            Assert.All(gradient, number => Assert.True(float.IsFinite(number)));
        }
    }

    [Fact]
    public void ClassCounts_Accumulate_CountsClassesOnly()
    {
        var counts = new ClassCounts(3);
        counts.Accumulate([0, -1, 2, -2, 2, -100]);
        Assert.Equal([1, 0, 2], counts.Counts.ToArray());
        Assert.Contains("label 1 is 3", Assert.Throws<ArgumentException>(() => counts.Accumulate([0, 3])).Message);
        Assert.Equal([1, 0, 2], counts.Counts.ToArray());
        Assert.Equal([1, 0, 2], new ClassCounts(counts.Counts).Counts.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassCounts(0));
        Assert.Throws<ArgumentOutOfRangeException>("counts", () => new ClassCounts([1, -1]));
    }

    [Fact]
    public void Losses_InvalidArguments_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>("mitigation", () => new SeesawLoss(-1));
        Assert.Throws<ArgumentOutOfRangeException>("compensation", () => new SeesawLoss(1, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("minProbability", () => new SeesawLoss(1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("maxMargin", () => new LdamLoss([1, 2], -1));
        Assert.Throws<ArgumentOutOfRangeException>("scale", () => new LdamLoss([1, 2], .5, 0));
        Assert.Throws<ArgumentOutOfRangeException>("counts", () => new LdamLoss([1, -2]));
        Assert.Throws<ArgumentOutOfRangeException>("counts", () => new LdamLoss([1]));
        Assert.Throws<ArgumentOutOfRangeException>("LabelOffset", () => new SeesawLoss().Evaluate(new float[6], [0], Counts, new float[6], new() { LabelOffset = 2 }));
        Assert.Throws<ArgumentException>("logits", () => new SeesawLoss().Evaluate(new float[6], [0], Counts, new float[6]));
        Assert.Throws<ArgumentException>("Smoothing", () => new LdamLoss([1, 2]).Evaluate(new float[2], [0], new float[2], new() { Smoothing = .1 }));
    }

    private static (float[] Logits, int[] Labels) Make(int outputs)
    {
        var random = new Random(outputs);
        float[] logits = [.. Enumerable.Range(0, 40 * outputs).Select(_ => random.NextSingle() * 2 - 1)];
        int[] labels = [.. Enumerable.Range(0, 40).Select(_ => random.Next(outputs))];
        return (logits, labels);
    }
}
