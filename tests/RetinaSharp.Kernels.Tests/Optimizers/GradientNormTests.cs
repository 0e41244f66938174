using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Optimizers;

public sealed class GradientNormTests : LeakCheck
{
    [Theory]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.BFloat16, true)]
    [InlineData(ScalarType.BFloat16, false)]
    public void Compute_ManyGradients_IsGlobalNorm(ScalarType type, bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var gradients = TestParameters.DrawGradients(1, type);
        var expected = Math.Sqrt(gradients.Sum(gradient => gradient.to(ScalarType.Float64).square().sum().item<double>()));
        Assert.Equal(expected, GradientNorm.Compute(gradients), expected * 1e-7);
        // A strided view, whose memory holds more than its elements.
        var strided = stack([gradients[1], gradients[1] * 5], 1).select(1, 0);
        Assert.Equal(GradientNorm.Compute([gradients[1]]), GradientNorm.Compute([strided]), 1e-6);
    }

    [Fact]
    public void Compute_SeveralThreads_GivesSameBits()
    {
        using var setting = new KernelSetting(fused: true);
        using var scope = NewDisposeScope();
        var gradients = TestParameters.DrawGradients(1);
        var before = get_num_threads();
        try
        {
            var norms = new HashSet<double>();
            foreach (var threads in new[] { 1, 2, 3, 2, 1 })
            {
                set_num_threads(threads);
                norms.Add(GradientNorm.Compute(gradients));
            }

            Assert.Single(norms);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Theory]
    [InlineData(float.NaN, true)]
    [InlineData(float.NaN, false)]
    [InlineData(float.PositiveInfinity, true)]
    [InlineData(float.PositiveInfinity, false)]
    public void Compute_NonFiniteElement_IsNotFinite(float bad, bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            foreach (var index in new[] { 5, 129 })
            {
                var gradient = zeros(130);
                gradient[index] = bad;
                var norm = GradientNorm.Compute([gradient.to(type)]);
                Assert.Equal(bad, norm);
                Assert.Equal(1, GradientNorm.ClipFactor(norm, 1));
            }
        }
    }

    [Fact]
    public void Compute_NoGradients_IsZero() => Assert.Equal(0, GradientNorm.Compute([]));

    [Fact]
    public void Compute_UnsupportedType_Throws()
    {
        using var tensor = zeros(3, ScalarType.Float64);
        Assert.Throws<ArgumentException>(() => GradientNorm.Compute([tensor]));
    }

    [Theory]
    [InlineData(13, 13.5, 1)]
    [InlineData(13, 13, 1)]
    [InlineData(13, 6.5, .5)]
    [InlineData(13, double.PositiveInfinity, 1)]
    public void ClipFactor_Norm_ClipsToMaximum(double norm, double max, double factor) => Assert.Equal(factor, GradientNorm.ClipFactor(norm, max), 6);
}
