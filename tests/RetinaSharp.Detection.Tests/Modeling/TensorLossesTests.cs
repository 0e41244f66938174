using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Losses;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>The compositions of operators against the loops over spans, on the processor, where both can be had.</summary>
[Collection(TorchCollection.Name)]
public class TensorLossesTests : LeakCheck
{
    private const int Rows = 400;
    private const int Classes = 3;
    private const double Normalizer = 7;

    public static TheoryData<ClassificationLossKind, double, double?> Members
    {
        get
        {
            var members = new TheoryData<ClassificationLossKind, double, double?>();
            foreach (var kind in Enum.GetValues<ClassificationLossKind>().Where(TensorLosses.Supports))
                foreach (var gamma in new[] { 0, .1, .5, 1, 2, 5 })
                    foreach (var alpha in new double?[] { null, .25 })
                        if (gamma > 0 || kind != ClassificationLossKind.FocalStar)
                            members.Add(kind, gamma, alpha);
            return members;
        }
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void Evaluate_AnyMember_IsTheLossOnSpans(ClassificationLossKind kind, double gamma, double? alpha)
    {
        using var scope = NewDisposeScope();
        var settings = new LossSettings { Classification = kind, Gamma = gamma, Alpha = alpha, StarBeta = kind == ClassificationLossKind.FocalStar ? 1.5 : 0 };
        var (logits, labels) = Input(Classes + (settings.HasBackgroundOutput ? 1 : 0));

        var (expected, expectedGradient) = ClassificationLoss.Create(settings).Evaluate(logits, labels, [], Normalizer, threads: 1);
        var (actual, gradient) = TensorLosses.Evaluate(settings, logits, labels, Normalizer);

        Assert.Equal(expected, actual, 1e-6 * expected);
        Assert.Equal(logits.shape, gradient.shape);
        Close(expectedGradient.ToArray(), gradient.ToArray());
    }

    [Theory]
    [InlineData(ClassificationLossKind.Focal)]
    [InlineData(ClassificationLossKind.SoftmaxFocal)]
    public void Evaluate_Bfloat16_ComputesInSingle(ClassificationLossKind kind)
    {
        using var scope = NewDisposeScope();
        var settings = new LossSettings { Classification = kind };
        var (logits, labels) = Input(Classes + 1);
        var half = logits.to(ScalarType.BFloat16);

        var (expected, expectedGradient) = TensorLosses.Evaluate(settings, half.to(ScalarType.Float32), labels, Normalizer);
        var (actual, gradient) = TensorLosses.Evaluate(settings, half, labels, Normalizer);

        Assert.Equal(expected, actual);
        Assert.Equal(ScalarType.BFloat16, gradient.dtype);
        Assert.Equal(expectedGradient.to(ScalarType.BFloat16).ToArray(), gradient.ToArray());
    }

    [Fact]
    public void Evaluate_ADivisorForEachImage_IsTheLossOnSpans()
    {
        using var scope = NewDisposeScope();
        var (flat, labels) = Input(Classes);
        var logits = flat.view(4, -1, Classes);
        var normalizer = LossNormalizer.PerImage([40, 0, 3, 7], images: 4);

        var (expected, expectedGradient) = ClassificationLoss.Create(new()).Evaluate(logits, labels, [], normalizer, threads: 1);
        var (actual, gradient) = TensorLosses.Evaluate(new(), logits, labels, normalizer);

        Assert.Equal(expected, actual, 1e-6 * expected);
        Assert.Equal(logits.shape, gradient.shape);
        Close(expectedGradient.ToArray(), gradient.ToArray());
    }

    [Theory]
    [InlineData(SigmoidLoss.Background)]
    [InlineData(SigmoidLoss.Ignore)]
    public void Evaluate_NoPositives_IsTheLossOnSpans(int label)
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = Input(Classes);
        Array.Fill(labels, label);

        var (expected, expectedGradient) = ClassificationLoss.Create(new()).Evaluate(logits, labels, [], 1, threads: 1);
        var (actual, gradient) = TensorLosses.Evaluate(new(), logits, labels, 1);

        Assert.Equal(expected, actual, 1e-6 * expected);
        Close(expectedGradient.ToArray(), gradient.ToArray());
    }

    [Fact]
    public void CrossEntropies_EachAnchor_AreThoseOnSpans()
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = Input(Classes);

        var expected = AnchorCrossEntropy.Compute(logits, labels, threads: 1);

        Assert.Equal(0, expected[Array.IndexOf(labels, SigmoidLoss.Ignore)]);
        Close(expected, TensorLosses.CrossEntropies(logits, labels));
    }

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= (2e-5 * Math.Abs(expected[i])) + 1e-30, $"element {i}: expected {expected[i]:R}, got {actual[i]:R}");
    }

    /// <summary>Logits as networks give them, and far ones; background, classes and ignored anchors.</summary>
    private static (Tensor Logits, int[] Labels) Input(int outputs)
    {
        var random = new RandomStream(3, "losses");
        float[] far = [100, -100, 1e4f, -1e4f, 0, 20, -20];
        float[] logits = [.. Enumerable.Range(0, Rows * outputs).Select(_ => random.NextBool(.2) ? far[random.NextInt(far.Length)] : 4 * (float)random.NextNormal())];
        int[] labels = [.. Enumerable.Range(0, Rows).Select(_ => random.NextInt(Classes + 2) - 2)];
        return (TensorValues.Create(logits, 2, Rows / 2, outputs), labels);
    }
}
