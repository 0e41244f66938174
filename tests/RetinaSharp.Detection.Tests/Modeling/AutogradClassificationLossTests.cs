using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

public sealed class AutogradClassificationLossTests : LeakCheck
{
    [Theory]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, 1e-2)]
    public void Evaluate_FocalLossAsAFormula_IsTheBuiltInLoss(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        manual_seed(3);
        var logits = (randn(2, 50, 4) * 3).to(type);
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i % 7 == 0 ? i % 4 : i % 11 == 0 ? -2 : -1)];
        var normalizer = LossNormalizer.PerImage([3, 0], images: 2);

        var (expected, expectedGradient) = ClassificationLoss.Create(new LossSettings { Gamma = 2, Alpha = .25 }).Evaluate(logits, labels, [], normalizer);
        var (actual, actualGradient) = new Focal().Evaluate(logits, labels, [], normalizer);

        Assert.Equal(expected, actual, 1e-4 * expected);
        Assert.Equal(type, actualGradient.dtype);
        Layers.LayerBlock.AssertClose(expectedGradient, actualGradient, tolerance);
    }

    [Fact]
    public void Evaluate_NotFiniteAtIgnoredAnchors_IsNotSeen()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var logits = zeros(1, 2, 1);
        logits[0, 1, 0] = float.NaN;

        var (value, gradient) = new Focal().Evaluate(logits, [0, -2], [], 1);

        Assert.True(double.IsFinite(value));
        Assert.Equal(0, gradient[0, 1, 0].ToSingle());
    }

    [Fact]
    public void Evaluate_SumInsteadOfElements_Throws()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<InvalidOperationException>(() => new Summed().Evaluate(zeros(1, 2, 1), [0, -1], [], 1));
        Assert.Contains("return one value for each logit", error.Message);
    }

    private sealed class Focal : AutogradClassificationLoss
    {
        protected override Tensor Evaluate(Tensor logits, Tensor targets)
        {
            var crossEntropy = nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction: nn.Reduction.None);
            var complement = (targets - logits.sigmoid()).abs();
            return ((targets * .25) + ((1 - targets) * .75)) * complement.pow(2) * crossEntropy;
        }
    }

    private sealed class Summed : AutogradClassificationLoss
    {
        protected override Tensor Evaluate(Tensor logits, Tensor targets) => logits.sum();
    }
}
