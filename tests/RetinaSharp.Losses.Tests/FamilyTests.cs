namespace RetinaSharp.Losses.Tests;

/// <summary>Properties that all descendants of the focal loss have, checked for each.</summary>
public class FamilyTests
{
    private const int Rows = 900;
    private const int Classes = 19;

    public static TheoryData<string> Names => ["cross entropy", "focal", "quality", "quality .5", "quality 1.5", "varifocal", "varifocal .5", "poly", "poly -1", "asymmetric", "asymmetric .5", "equalized"];

    private static ClassGradients Gradients { get; } = new(
        [.. Enumerable.Range(0, Classes).Select(i => (double)i)], [.. Enumerable.Range(0, Classes).Select(i => 12.0)]);

    /// <summary>Derivative against a fourth-order central difference in fp64, over logits and targets.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Derivative_OverLogits_MatchesFiniteDifference(string name) => With(name, new DifferenceCheck());

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_ExtremeLogits_AreFinite(string name) => With(name, new FiniteCheck());

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_Labels_EqualsOneHotTargets(string name) => With(name, new LabelCheck());

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_Qualities_EqualsDenseTargets(string name) => With(name, new QualityCheck());

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_AnyNumberOfThreads_GivesSameBits(string name) => With(name, new ThreadCheck());

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_BFloat16_EqualsRoundedFloat(string name) => With(name, new NarrowCheck());

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_OneThread_DoesNotAllocate(string name) => With(name, new AllocationCheck());

    [Fact]
    public void Evaluate_HardTargets_QualityFocalIsFocalBitForBit()
    {
        foreach (var beta in LossCases.Gammas)
        {
            var (logits, labels, _) = Make();
            float[] quality = new float[logits.Length], focal = new float[logits.Length];
            Assert.Equal(
                SigmoidLoss.Evaluate(new FocalLoss(beta, null), logits, labels, Classes, focal),
                SigmoidLoss.Evaluate(new QualityFocalLoss(beta), logits, labels, Classes, quality));
            Assert.Equal(focal, quality);
        }
    }

    [Fact]
    public void Evaluate_NeutralParameters_GiveFocalLoss()
    {
        var (logits, labels, _) = Make();
        var focal = new float[logits.Length];
        var expected = SigmoidLoss.Evaluate(new FocalLoss(1.5, .25), logits, labels, Classes, focal);
        Same(new PolyFocalLoss(0, 1.5, .25));
        Same(new EqualizedFocalLoss(new(Classes), 1.5, 8, .25));
        expected = SigmoidLoss.Evaluate(new FocalLoss(1.5, null), logits, labels, Classes, focal);
        Same(new AsymmetricLoss(1.5, 1.5, 0));

        void Same<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
        {
            var gradient = new float[logits.Length];
            Assert.Equal(expected, SigmoidLoss.Evaluate(loss, logits, labels, Classes, gradient), 1e-7 * expected);
            for (var i = 0; i < gradient.Length; i++)
                Assert.Equal(focal[i], gradient[i], 1e-6 * Math.Abs(focal[i]) + 1e-30);
        }
    }

    /// <summary>At p = y the quality focal loss has its minimum 0 and derivative 0, also where β &lt; 1 makes the slope around it infinite.</summary>
    [Theory]
    [InlineData(.5)]
    [InlineData(1)]
    [InlineData(2)]
    public void QualityFocalLoss_PredictionEqualsTarget_IsZero(double beta)
    {
        var gradient = new float[20];
        Assert.Equal(0, SigmoidLoss.Evaluate(new QualityFocalLoss(beta), new float[20], Enumerable.Repeat(.5f, 20).ToArray(), gradient));
        Assert.All(gradient, number => Assert.Equal(0, number));
        Assert.Equal((0, 0), (new QualityFocalLoss(beta).Value(0, .5), new QualityFocalLoss(beta).Derivative(0, .5)));
    }

    /// <summary>The negative's loss is constant up to the margin, where the derivative is 0 by definition, and at most -log m.</summary>
    [Fact]
    public void AsymmetricLoss_ProbabilityAroundMargin_IsZeroUpToIt()
    {
        foreach (var negativeGamma in new[] { 0, .5, 1, 4 })
        {
            var loss = new AsymmetricLoss(0, negativeGamma, .5);
            Assert.Equal((0, 0), (loss.Value(-1e-9, 0), loss.Derivative(-1e-9, 0)));
            Assert.Equal((0, 0), (loss.Value(0, 0), loss.Derivative(0, 0)));
            Assert.True(loss.Value(1e-3, 0) > 0 && loss.Derivative(1e-3, 0) > 0);
            Assert.Equal(Math.Pow(.5, negativeGamma) * Math.Log(2), loss.Value(1e4, 0), 1e-12);
            var gradient = new float[3];
            SigmoidLoss.Evaluate(loss, [-1e-7f, 0, 1], new float[3], gradient);
            Assert.Equal([0, 0], gradient[..2]);
            Assert.True(gradient[2] > 0);
        }
    }

    [Fact]
    public void VarifocalLoss_Alpha_ScalesNegativesOnly()
    {
        VarifocalLoss one = new(1), two = new(2);
        Assert.Equal(2 * one.Value(.7, 0), two.Value(.7, 0));
        Assert.Equal(one.Value(.7, .4), two.Value(.7, .4));
        Assert.Equal((.75, 2), (new VarifocalLoss().Alpha, new VarifocalLoss().Gamma));
    }

    [Fact]
    public void EqualizedFocalLoss_ClassGamma_GrowsForClassesWithoutPositives()
    {
        var loss = new EqualizedFocalLoss(new([0, 3, 9], [5, 6, 1]), 2, 8);
        Assert.Equal([10, 6, 2], new[] { loss.ClassGamma(0), loss.ClassGamma(1), loss.ClassGamma(2) });
        Assert.Equal(5 * new FocalLoss(10, .25).Value(-.3, 0), loss.Value(-.3, 0, 0), 1e-15);
        Assert.Throws<ArgumentOutOfRangeException>("column", () => loss.Value(0, 1, 3));
    }

    [Fact]
    public void Evaluate_EqualizedFocalOverRows_UsesParametersOfEachClass()
    {
        foreach (var classes in new[] { 1, 2, 3, 15, 16, 17, 80, 91 })
        {
            var random = new Random(classes);
            var loss = new EqualizedFocalLoss(new([.. Enumerable.Range(0, classes).Select(i => i % 7 / 7.0)], [.. Enumerable.Repeat(1.0, classes)]));
            float[] logits = [.. Enumerable.Range(0, 40 * classes).Select(_ => random.NextSingle() * 8 - 5)];
            int[] labels = [.. Enumerable.Range(0, 40).Select(_ => random.Next(-8, classes)).Select(label => Math.Max(-1, label))];
            var gradient = new float[logits.Length];
            SigmoidLoss.Evaluate(loss, logits, labels, classes, gradient);
            for (var i = 0; i < logits.Length; i++)
            {
                var expected = loss.Derivative(logits[i], labels[i / classes] == i % classes ? 1 : 0, i % classes);
                Assert.Equal(expected, gradient[i], 4e-6 * Math.Abs(expected));
            }
        }
    }

    [Fact]
    public void Evaluate_InvalidArguments_ThrowsWithRemedy()
    {
        var equalized = new EqualizedFocalLoss(new(4));
        Assert.Contains("4 classes", Error(() => SigmoidLoss.Evaluate(equalized, new float[6], [0, 1], 3, new float[6])));
        Assert.Contains("weights", Error(() => SigmoidLoss.Evaluate(new QualityFocalLoss(), new float[6], [0, 1], 3, new float[6], new() { ClassAlpha = new float[3] })));
        Assert.Contains("smoothing", Error(() => SigmoidLoss.Evaluate(new VarifocalLoss(), new float[6], [0, 1], 3, new float[6], new() { Smoothing = .1 })));
        Assert.Contains("quality 1 is 1.5", Error(() => SigmoidLoss.Evaluate(new QualityFocalLoss(), new float[6], [-1, 1], [9, 1.5f], 3, new float[6])));
        Assert.Contains("quality 1 is NaN", Error(() => SigmoidLoss.Evaluate(new FocalLoss(), new double[6], [-1, 1], [9, float.NaN], 3, new double[6])));
        Assert.Contains("as many qualities", Error(() => SigmoidLoss.Evaluate(new QualityFocalLoss(), new float[6], [-1, 1], [0f], 3, new float[6])));
        Assert.Equal("beta", Name(() => new QualityFocalLoss(-1)));
        Assert.Equal("alpha", Name(() => new VarifocalLoss(-1)));
        Assert.Equal("gamma", Name(() => new VarifocalLoss(1, double.NaN)));
        Assert.Equal("epsilon", Name(() => new PolyFocalLoss(-1.1)));
        Assert.Equal("positiveGamma", Name(() => new AsymmetricLoss(-1)));
        Assert.Equal("negativeGamma", Name(() => new AsymmetricLoss(0, double.PositiveInfinity)));
        Assert.Equal("margin", Name(() => new AsymmetricLoss(0, 4, 1)));
        Assert.Equal("margin", Name(() => new AsymmetricLoss(0, 4, 1e-40)));
        Assert.Equal("gamma", Name(() => new EqualizedFocalLoss(new(2), 0)));
        Assert.Equal("scale", Name(() => new EqualizedFocalLoss(new(2), 2, -1)));
        Assert.Throws<InvalidOperationException>(() => SigmoidLoss.Evaluate(default(EqualizedFocalLoss), new float[6], [0, 1], 3, new float[6]));

        static string Error(Func<double> evaluate) => Assert.ThrowsAny<ArgumentException>(() => evaluate()).Message;
        static string? Name(Func<object> create) => Assert.Throws<ArgumentOutOfRangeException>(create).ParamName;
    }

    /// <summary>A quality is read only where the label is a class; a NaN is returned if the options allow it.</summary>
    [Fact]
    public void Evaluate_NaNQuality_MattersOnlyForPositives()
    {
        float[] logits = [1, 2, -1, .5f, 3, -2], gradient = new float[6];
        Assert.True(double.IsFinite(SigmoidLoss.Evaluate(new QualityFocalLoss(), logits, [-1, 0, -2], [float.NaN, .5f, float.NaN], 2, gradient)));
        Assert.True(double.IsNaN(SigmoidLoss.Evaluate(new QualityFocalLoss(), logits, [-1, 0, -2], [0, float.NaN, 0], 2, gradient, new() { AllowsNonFinite = true })));
    }

    [Fact]
    public void Evaluate_QualitiesByPositives_DividesByNumberOfPositives()
    {
        var (logits, labels, qualities) = Make();
        var gradient = new float[logits.Length];
        var sum = SigmoidLoss.Evaluate(new QualityFocalLoss(), logits, labels, qualities, Classes, gradient);
        var mean = SigmoidLoss.Evaluate(new QualityFocalLoss(), logits, labels, qualities, Classes, gradient, new() { Reduction = Reduction.Positives });
        Assert.Equal(sum / labels.Count(label => label >= 0), mean, 1e-12 * sum);
    }

    private static void With(string name, ICheck check)
    {
        switch (name)
        {
            case "cross entropy": check.Run(new CrossEntropy(.25)); break;
            case "focal": check.Run(new FocalLoss(.5)); break;
            case "quality": check.Run(new QualityFocalLoss()); break;
            case "quality .5": check.Run(new QualityFocalLoss(.5)); break;
            case "quality 1.5": check.Run(new QualityFocalLoss(1.5)); break;
            case "varifocal": check.Run(new VarifocalLoss()); break;
            case "varifocal .5": check.Run(new VarifocalLoss(.3, .5)); break;
            case "poly": check.Run(new PolyFocalLoss(2, 1.5)); break;
            case "poly -1": check.Run(new PolyFocalLoss(-1)); break;
            case "asymmetric": check.Run(new AsymmetricLoss()); break;
            case "asymmetric .5": check.Run(new AsymmetricLoss(.5, .5, .2)); break;
            case "equalized": check.Run(new EqualizedFocalLoss(Gradients, .5)); break;
            default: throw new ArgumentException(name);
        }
    }

    private static (float[] Logits, int[] Labels, float[] Qualities) Make()
    {
        var random = new Random(5);
        float[] logits = [.. Enumerable.Range(0, Rows * Classes).Select(_ => random.NextSingle() * 20 - 13)];
        int[] labels = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(4) == 0 ? random.Next(Classes) : random.Next(SigmoidLoss.Ignore, 0))];
        // Among them 0 and 1, which are hard targets.
        float[] qualities = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(9) / 8f)];
        return (logits, labels, qualities);
    }

    private interface ICheck
    {
        void Run<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss;
    }

    private sealed class DifferenceCheck : ICheck
    {
        public void Run<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
        {
            double[] near = [.. Enumerable.Range(-300, 601).Select(i => i * .1)];
            foreach (var x in (double[])[-1e4, -1000, -100, .. near, 100, 1000, 1e4])
                foreach (var y in new[] { 0, .3, .8, 1 })
                {
                    var step = 1e-3 * Math.Max(1, Math.Abs(x) / 100);
                    // The kinks of |p - y|^β and max(p - m, 0) lie here.
                    var p = 1 / (1 + Math.Exp(-x));
                    if ((loss is QualityFocalLoss { Beta: < 2 } && Math.Abs(p - y) < .05) || (loss is AsymmetricLoss { NegativeGamma: < 4 } a && Math.Abs(p - a.Margin) < .05))
                        continue;
                    var difference = (8 * (loss.Value(x + step, y, 3) - loss.Value(x - step, y, 3))
                        - (loss.Value(x + 2 * step, y, 3) - loss.Value(x - 2 * step, y, 3))) / (12 * step);
                    var derivative = loss.Derivative(x, y, 3);
                    if (!(Math.Abs(derivative - difference) <= 1e-8 + 1e-7 * Math.Abs(derivative) + 1e-12 * loss.Value(x, y, 3)))
                        Assert.Fail($"x {x} y {y}: {derivative} against {difference}");
                }
        }
    }

    private sealed class FiniteCheck : ICheck
    {
        public void Run<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
        {
            // Each logit at each class.
            float[] logits = [.. LossCases.Logits.Where(logit => MathF.Abs(logit) is < 1e-3f or > 20).SelectMany(logit => Enumerable.Repeat(logit, Classes))];
            foreach (var target in new[] { 0f, 1e-45f, 1e-30f, .5f, .99999994f, 1 })
            {
                var targets = Enumerable.Repeat(target, logits.Length).ToArray();
                var gradient = new float[logits.Length];
                var sum = SigmoidLoss.Evaluate(loss, logits, targets, gradient);
                Assert.True(double.IsFinite(sum) && sum >= -1e-3);
                Assert.True(gradient.All(float.IsFinite), $"target {target}: logit {logits[Math.Max(0, Array.FindIndex(gradient, number => !float.IsFinite(number)))]}");
                var wide = new double[logits.Length];
                Assert.True(double.IsFinite(SigmoidLoss.Evaluate(loss, logits.Select(logit => (double)logit).ToArray(), targets, wide)));
                Assert.True(wide.All(double.IsFinite));
            }
        }
    }

    private sealed class LabelCheck : ICheck
    {
        public void Run<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
        {
            var (logits, labels, _) = Make();
            var targets = new float[logits.Length];
            for (var i = 0; i < Rows; i++)
                if (labels[i] >= 0)
                    targets[i * Classes + labels[i]] = 1;
            CheckEqual(loss, logits, labels, targets, gradient => SigmoidLoss.Evaluate(loss, logits, labels, Classes, gradient));
        }
    }

    private sealed class QualityCheck : ICheck
    {
        public void Run<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
        {
            var (logits, labels, qualities) = Make();
            var targets = new float[logits.Length];
            for (var i = 0; i < Rows; i++)
                if (labels[i] >= 0)
                    targets[i * Classes + labels[i]] = qualities[i];
            CheckEqual(loss, logits, labels, targets, gradient => SigmoidLoss.Evaluate(loss, logits, labels, qualities, Classes, gradient));

            var (wide, wideLogits) = (new double[logits.Length], logits.Select(logit => (double)logit).ToArray());
            SigmoidLoss.Evaluate(loss, wideLogits, labels, qualities, Classes, wide);
            for (var i = 0; i < wide.Length; i++)
                Assert.Equal(labels[i / Classes] == SigmoidLoss.Ignore ? 0 : loss.Derivative(logits[i], targets[i], i % Classes), wide[i]);
        }
    }

    /// <summary>Labels and dense targets give the same bits: a logit's result does not depend on the path through the loops.</summary>
    private static void CheckEqual<TLoss>(TLoss loss, float[] logits, int[] labels, float[] targets, Func<float[], double> evaluate) where TLoss : struct, ISigmoidLoss
    {
        float[] gradient = Dirty(), dense = Dirty(), values = Dirty();
        var sum = evaluate(gradient);
        SigmoidLoss.Evaluate(loss, logits, targets, dense);
        SigmoidLoss.Values(loss, logits, targets, values);
        var expected = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            var ignored = labels[i / Classes] == SigmoidLoss.Ignore;
            if (gradient[i] != (ignored ? 0 : dense[i]))
                Assert.Fail($"gradient {i}: {gradient[i]:R} against {dense[i]:R}");
            expected += ignored ? 0 : values[i];
        }

        Assert.Equal(expected, sum, 1e-12 * expected);
    }

    private sealed class ThreadCheck : ICheck
    {
        public void Run<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
        {
            var (logits, labels, qualities) = Make();
            float[] one = Dirty(), many = Dirty();
            var sum = SigmoidLoss.Evaluate(loss, logits, labels, qualities, Classes, one, new() { Threads = 1 });
            Assert.Equal(sum, SigmoidLoss.Evaluate(loss, logits, labels, qualities, Classes, many, new() { Threads = 7 }));
            Assert.Equal(one, many);
        }
    }

    private sealed class NarrowCheck : ICheck
    {
        public void Run<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
        {
            var (logits, labels, qualities) = Make();
            var narrow = logits.Select(logit => (BFloat16)logit).ToArray();
            var (gradient, narrowGradient) = (Dirty(), new BFloat16[logits.Length]);
            var sum = SigmoidLoss.Evaluate(loss, narrow.Select(logit => (float)logit).ToArray(), labels, qualities, Classes, gradient);
            Assert.Equal(sum, SigmoidLoss.Evaluate(loss, narrow, labels, qualities, Classes, narrowGradient));
            Assert.Equal(gradient.Select(number => (BFloat16)number), narrowGradient);
        }
    }

    private sealed class AllocationCheck : ICheck
    {
        public void Run<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
        {
            var (logits, labels, qualities) = Make();
            var gradient = Dirty();

            Assert.Equal(0, Allocations.Fewest(() => SigmoidLoss.Evaluate(loss, logits, labels, qualities, Classes, gradient, new() { Threads = 1 })));
        }
    }

    // NaN everywhere, so that an element that is not written fails a test.
    private static float[] Dirty() => [.. Enumerable.Repeat(float.NaN, Rows * Classes)];
}
