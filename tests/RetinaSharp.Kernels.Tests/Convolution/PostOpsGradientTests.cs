using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Convolution;

public sealed class PostOpsGradientTests : LeakCheck
{
    public static TheoryData<ScalarType, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<ScalarType, int, int, int>();
            foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
            {
                // Channels that are whole vectors, less than a vector, or vectors and a remainder; many blocks.
                foreach (var (channels, height, width) in new[] { (64, 5, 7), (1, 3, 3), (3, 9, 9), (19, 8, 5), (37, 1, 1), (256, 40, 41), (130, 70, 33) })
                    data.Add(type, channels, height, width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Compute_WithRelu_IsMaskAndSum(ScalarType type, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var (gradient, output) = (Map(type, channels, height, width), Map(type, channels, height, width).relu());
        var (masked, bias) = PostOpsGradient.Compute(gradient, output, needsBias: true);
        var expected = gradient * (output > 0).to(type);
        TensorAssert.Same(expected, masked);
        Assert.True(masked.IsChannelsLast());
        Assert.Equal(ScalarType.Float32, bias!.dtype);
        AssertSum(expected, bias);
        var (alone, none) = PostOpsGradient.Compute(gradient, output, needsBias: false);
        TensorAssert.Same(expected, alone);
        Assert.Null(none);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Compute_WithoutRelu_ReturnsGradientAndItsSum(ScalarType type, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var gradient = Map(type, channels, height, width);
        var before = gradient.clone();
        var (same, bias) = PostOpsGradient.Compute(gradient, null, needsBias: true);
        Assert.Same(gradient, same);
        TensorAssert.Same(before, same);
        AssertSum(gradient, bias!);
        var (alone, none) = PostOpsGradient.Compute(gradient, null, needsBias: false);
        Assert.Same(gradient, alone);
        Assert.Null(none);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Compute_AnyNumberOfThreads_GivesSameBits(ScalarType type, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var (gradient, output) = (Map(type, channels, height, width), Map(type, channels, height, width).relu());
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var (masked, bias) = PostOpsGradient.Compute(gradient, output, needsBias: true);
            foreach (var count in (int[])[2, 3])
            {
                set_num_threads(count);
                var (other, otherBias) = PostOpsGradient.Compute(gradient, output, needsBias: true);
                TensorAssert.Same(masked, other);
                Assert.Equal(bias!.Elements<float>(), otherBias!.Elements<float>());
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Compute_NaNInfinityAndZeros_MatchThresholdBackward(ScalarType type)
    {
        using var scope = NewDisposeScope();
        // Values in the vector part and in the remainder.
        const int Channels = 21;
        float[] values = [float.NaN, float.PositiveInfinity, 0, -0f, 1e-38f, 3];
        var output = zeros(1, Channels, 1, values.Length, type);
        for (var i = 0; i < values.Length; i++)
            output[0, TensorIndex.Colon, 0, i] = values[i];
        var gradient = Map(type, Channels, 1, values.Length)[TensorIndex.Slice(0, 1)].ChannelsLast();
        gradient[0, 4, 0, 5] = float.NaN;
        gradient[0, 20, 0, 5] = float.NaN;
        gradient[0, 5, 0, 2] = float.NaN;
        gradient[0, 20, 0, 2] = float.NegativeInfinity;

        var leaf = output.clone().requires_grad_();
        // LibTorch's own backward pass of ReLU gets the same output.
        leaf.relu().backward([gradient]);
        var (masked, _) = PostOpsGradient.Compute(gradient, output.ChannelsLast(), needsBias: false);

        TensorAssert.Same(leaf.grad!.isnan(), masked.isnan());
        TensorAssert.Same(leaf.grad!.nan_to_num(), masked.nan_to_num());
        Assert.Equal(0, masked[0, 5, 0, 2].ToSingle());
        Assert.Equal(gradient[0, 7, 0, 0].ToSingle(), masked[0, 7, 0, 0].ToSingle());
    }

    [Fact]
    public void Compute_NoImages_SumIsZero()
    {
        using var scope = NewDisposeScope();
        var (gradient, bias) = PostOpsGradient.Compute(zeros(0, 5, 3, 3), zeros(0, 5, 3, 3), needsBias: true);
        Assert.Equal([0, 5, 3, 3], gradient.shape);
        Assert.Equal(new float[5], bias!.Elements<float>());
    }

    private static Tensor Map(ScalarType type, int channels, int height, int width) => randn(2, channels, height, width).to(type).ChannelsLast();

    private static void AssertSum(Tensor expected, Tensor bias)
    {
        var sum = expected.to(ScalarType.Float64).sum([0L, 2L, 3L]);
        var scale = expected.to(ScalarType.Float64).abs().sum([0L, 2L, 3L]).max().ToDouble();
        Assert.Equal(sum.shape, bias.shape);
        Assert.InRange((sum - bias).abs().max().ToDouble(), 0, 1e-6 * scale);
    }
}
