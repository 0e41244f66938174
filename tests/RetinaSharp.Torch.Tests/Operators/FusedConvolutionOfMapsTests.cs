using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch.Tests.Operators;

/// <summary>A convolution of several maps at once, held against LibTorch's own operators for each.</summary>
public sealed class FusedConvolutionOfMapsTests
{
    // As the levels of a pyramid: by Winograd they are one list of tiles, most of them too small for themselves.
    private static readonly (int Height, int Width)[] Sizes = [(33, 30), (17, 15), (9, 8), (5, 4), (3, 2)];

    [Theory]
    [InlineData(ScalarType.Float32, 64, 36, true, true)]
    [InlineData(ScalarType.Float32, 130, 70, true, false)]
    [InlineData(ScalarType.Float32, 128, 128, false, true)]
    [InlineData(ScalarType.Float32, 16, 24, true, true)]
    [InlineData(ScalarType.BFloat16, 32, 32, true, false)]
    public void FusedConv2d_SeveralMaps_AreTheOperatorsOneByOne(ScalarType type, int inputs, int outputs, bool hasBias, bool rectifies)
    {
        using var scope = new TensorScope();
        using var packed = new PackedWeights();
        Tensor[] maps = [.. Sizes.Select((size, i) => Draw(i, 2, inputs, size.Height, size.Width))];
        Tensor[] seeds = [.. Sizes.Select((size, i) => Draw(10 + i, 2, outputs, size.Height, size.Width))];
        var weight = Draw(21, outputs, inputs, 3, 3);
        var bias = hasBias ? Draw(22, outputs) : null;

        var reference = Run(ScalarType.Float32, (x, w, b) => Array.ConvertAll(x, map => Functional.Conv2d(map, w, b, 1, 1) is var y && rectifies ? y.Relu() : y));
        var fused = Run(type, (x, w, b) => Functional.FusedConv2d(packed, x, w, b, 1, 1, new(Rectifies: rectifies)));

        Assert.Equal(reference.Length, fused.Length);
        foreach (var ((wanted, found), number) in reference.Zip(fused).Select((pair, number) => (pair, number)))
        {
            var scale = wanted.Max(Math.Abs);
            for (var i = 0; i < wanted.Length; i++)
                Assert.True(Math.Abs(wanted[i] - found[i]) <= (type == ScalarType.Float32 ? 1e-5 : .02) * scale, $"tensor {number}, {i}: {found[i]}, not {wanted[i]}");
        }

        // Outputs, and derivatives by maps, weights and bias.
        float[][] Run(ScalarType compute, Func<Tensor[], Tensor, Tensor?, Tensor[]> forward)
        {
            Tensor Leaf(Tensor tensor)
            {
                var leaf = tensor.To(compute).Clone();
                leaf.RequiresGrad = true;
                return leaf;
            }

            Tensor[] x = Array.ConvertAll(maps, Leaf);
            var (w, b) = (Leaf(weight), bias is null ? null : Leaf(bias));
            var y = forward(x, w, b);
            Autograd.Backward(y, Array.ConvertAll(seeds, seed => seed.To(compute)));
            return [.. y.Select(map => map.Detach().ToArray()), .. new[] { w, b }.Concat(x).OfType<Tensor>().Select(leaf => leaf.Gradient()!.ToArray())];
        }
    }

    [Theory]
    [InlineData(128, 3)] // At Winograd's points.
    [InlineData(32, 3)] // As oneDNN packs them.
    [InlineData(128, 1)]
    public void Conv2d_ConstantWeights_GiveTheSameEachTimeAndOthersOnceTheyChange(int inputs, int kernel)
    {
        using var scope = new TensorScope();
        using var guard = Autograd.WithoutGradient();
        using var convolution = new Conv2d(inputs, 64, kernel);
        using var other = new Conv2d(64, inputs, kernel);
        Load(convolution, Draw(23, 64, inputs, kernel, kernel));
        Load(other, Draw(24, inputs, 64, kernel, kernel));
        var map = Draw(25, 1, inputs, 40, 36);

        var first = convolution.Forward(map).ToArray();
        // The first time packed weights lie where others come after them, the second time they are kept.
        other.Forward(Draw(26, 1, 64, 40, 36));
        var second = convolution.Forward(map).ToArray();
        other.Forward(Draw(27, 1, 64, 40, 36));
        var third = convolution.Forward(map).ToArray();
        Load(convolution, Draw(28, 64, inputs, kernel, kernel));
        var changed = convolution.Forward(map).ToArray();
        var again = convolution.Forward(map).ToArray();

        Assert.Equal(first, second);
        Assert.Equal(first, third);
        Assert.NotEqual(first, changed);
        Assert.Equal(changed, again);
        var wanted = Functional.Conv2d(map, convolution.Weight.Value, convolution.Bias!.Value, 1, kernel / 2).ToArray();
        var scale = wanted.Max(Math.Abs);
        Assert.All(wanted.Zip(changed), pair => Assert.InRange(pair.Second, pair.First - 1e-5 * scale, pair.First + 1e-5 * scale));
    }

    [Fact]
    public void Conv2d_SeveralMapsAndASum_SaysThatTheSumHasASingleSize()
    {
        using var scope = new TensorScope();
        using var convolution = new Conv2d(8, 8, 3);
        var map = Draw(29, 1, 8, 5, 5);

        Assert.Throws<ArgumentException>(() => convolution.Forward([map, map], new Epilogue(map)));
    }

    private static void Load(Conv2d convolution, Tensor weight)
    {
        convolution.Weight.Master.Copy_(weight);
        convolution.Refresh();
    }

    // Numbers that bfloat16 has too, so that one reference does for both.
    private static Tensor Draw(int seed, params long[] shape)
    {
        var random = new Random(seed);
        var tensor = Tensor.From<float>([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)random.NextDouble() - .5f)], Device.Cpu, shape)
            .To(ScalarType.BFloat16).To(ScalarType.Float32);
        return shape.Length == 4 ? tensor.ChannelsLast() : tensor;
    }
}
