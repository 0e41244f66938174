using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch.Tests.Operators;

/// <summary>A convolution with what follows it as one node, held against LibTorch's own operators one after the other.</summary>
public sealed class FusedConvolutionTests
{
    public static TheoryData<int, int, int, int, int, int, int, bool, bool, bool> Shapes => new()
    {
        // images, inputs, height, width, outputs, kernel, stride, bias, residual, rectifies
        { 2, 16, 9, 7, 24, 3, 1, true, false, true },
        { 1, 8, 8, 10, 16, 3, 2, false, false, false },
        { 2, 16, 5, 6, 20, 1, 1, true, true, true },
        { 2, 16, 5, 6, 20, 1, 1, false, true, false },
        { 1, 64, 5, 6, 64, 1, 1, false, false, false },
        { 1, 16, 7, 5, 8, 1, 2, true, false, true },
        { 1, 16, 7, 5, 8, 1, 2, false, false, false },
        { 1, 32, 6, 6, 36, 3, 1, true, true, true },
        { 1, 32, 6, 6, 27, 3, 1, true, true, false },
        { 1, 12, 35, 51, 64, 4, 1, false, false, true },
        { 1, 12, 51, 35, 16, 4, 1, true, false, false },
        { 1, 3, 33, 31, 8, 7, 2, false, false, true },
        { 2, 8, 1, 1, 8, 3, 1, true, false, false },
        // In bands: of one image, with a last one that is shorter, of several images.
        { 1, 32, 40, 9, 24, 3, 1, true, true, true },
        { 1, 16, 131, 5, 8, 3, 2, true, false, false },
        { 4, 8, 6, 6, 8, 3, 1, true, true, true },
        // Weights' gradients in tiles: more pixels than are summed at once, in one image and in several; a window of five; odd sizes.
        { 2, 64, 70, 66, 33, 3, 1, true, false, true },
        { 5, 32, 40, 50, 16, 3, 1, false, false, false },
        { 3, 32, 41, 51, 70, 3, 2, true, false, true },
        { 1, 96, 9, 8, 70, 5, 1, true, false, false },
        // By Winograd in single precision: sizes that are not whole tiles, images, channels that are not whole vectors or panels; more tiles and outputs than there is room for at once.
        // (Not rectified where results are many: some lie so close to zero that their sign is chance.)
        { 1, 128, 32, 32, 32, 3, 1, true, true, true },
        { 3, 136, 25, 18, 36, 3, 1, true, false, false },
        { 2, 130, 39, 21, 139, 3, 1, false, true, true },
        { 1, 128, 97, 101, 289, 3, 1, true, false, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void FusedConv2d_SinglePrecision_IsTheOperatorsOneByOne(
        int images, int inputs, int height, int width, int outputs, int kernel, int stride, bool hasBias, bool hasResidual, bool rectifies) =>
        AssertSame(ScalarType.Float32, 1e-5, images, inputs, height, width, outputs, kernel, stride, hasBias, hasResidual, rectifies);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void FusedConv2d_BFloat16_IsTheOperatorsOneByOne(
        int images, int inputs, int height, int width, int outputs, int kernel, int stride, bool hasBias, bool hasResidual, bool rectifies) =>
        AssertSame(ScalarType.BFloat16, .02, images, inputs, height, width, outputs, kernel, stride, hasBias, hasResidual, rectifies);

    [Theory]
    [InlineData(ScalarType.Float32, 1)]
    [InlineData(ScalarType.Float32, 3)]
    [InlineData(ScalarType.BFloat16, 1)]
    [InlineData(ScalarType.BFloat16, 3)]
    public void FusedConv2d_ResidualThatNobodyReads_ItsMemoryIsTheResults(ScalarType type, int kernel)
    {
        using var scope = new TensorScope();
        using var packed = new PackedWeights();
        Tensor Waves(double step, params long[] shape) => Tensor.From<float>([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(i => (float)Math.Sin(step * i))], Device.Cpu, shape)
            .To(type).ChannelsLast();
        var (x, w, r) = (Waves(.7, 2, 16, 5, 6), Waves(1.3, 16, 16, kernel, kernel), Waves(.3, 2, 16, 5, 6));
        var before = r.ToArray();

        var kept = Functional.FusedConv2d(packed, x, w, null, 1, kernel / 2, new(r, Rectifies: true));
        Assert.Equal(before, r.ToArray());
        var overwritten = Functional.FusedConv2d(packed, x, w, null, 1, kernel / 2, new(r, Rectifies: true, Overwrites: true));

        Assert.Equal(kept.ToArray(), overwritten.ToArray());
        Assert.Equal(kept.ToArray(), r.ToArray());
    }

    [Fact]
    public void FusedConv2d_WithoutMemory_MakesTheKernelForLater()
    {
        using var scope = new TensorScope();
        using var packed = new PackedWeights();
        // A size that no other test has.
        Tensor Zeros(Device device, params long[] shape) => Tensor.Zeros(ScalarType.Float32, device, shape).ChannelsLast();
        Tensor Convolve(Device device) => Functional.FusedConv2d(packed, Zeros(device, 1, 8, 37, 41), Zeros(device, 8, 8, 3, 3), null, 1, 1, Epilogue.Relu);
        using var threads = new TwoThreads();
        var before = Engine.KernelsMade;

        var shape = Convolve(Device.Meta);

        Assert.True(shape.Device.IsMeta);
        Assert.Equal([1, 8, 37, 41], shape.Shape.ToArray());
        var made = Engine.KernelsMade;
        Assert.InRange(made, before + 1, before + 2);
        Convolve(Device.Cpu);
        Assert.Equal(made, Engine.KernelsMade);
    }

    private static void AssertSame(
        ScalarType type, double tolerance, int images, int inputs, int height, int width, int outputs, int kernel, int stride, bool hasBias, bool hasResidual, bool rectifies)
    {
        using var scope = new TensorScope();
        using var threads = new TwoThreads();
        using var packed = new PackedWeights();
        var random = new Random(1);
        var padding = kernel == 4 ? 0 : kernel / 2;
        var (outHeight, outWidth) = ((height + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1);
        // In single precision from numbers that bfloat16 has too, so that one reference does for both.
        Tensor Draw(double scale, params long[] shape)
        {
            var elements = new float[shape.Aggregate(1L, (product, size) => product * size)];
            foreach (ref var element in elements.AsSpan())
                element = (float)(scale * (random.NextDouble() - .5));
            return Tensor.From<float>(elements, Device.Cpu, shape).To(ScalarType.BFloat16).To(ScalarType.Float32);
        }

        var x = Draw(2, images, inputs, height, width).ChannelsLast();
        var w = Draw(1, outputs, inputs, kernel, kernel).ChannelsLast();
        var b = hasBias ? Draw(1, outputs) : null;
        var r = hasResidual ? Draw(2, images, outputs, outHeight, outWidth).ChannelsLast() : null;
        var seed = Draw(1, images, outputs, outHeight, outWidth).ChannelsLast();

        var reference = Run(ScalarType.Float32, leaves =>
        {
            var y = Functional.Conv2d(leaves[0]!, leaves[1]!, leaves[2], stride, padding);
            y = leaves[3] is { } residual ? y + residual : y;
            return rectifies ? y.Relu() : y;
        });
        Assert.True(Functional.HasFusedConvolution(x));
        var fused = Run(type, leaves => Functional.FusedConv2d(packed, leaves[0]!, leaves[1]!, leaves[2], stride, padding, new(leaves[3], rectifies)));

        foreach (var (name, wanted, found) in new[] { "output", "input", "weight", "bias", "residual" }.Zip(reference, fused))
        {
            var scale = wanted.Select(Math.Abs).DefaultIfEmpty().Max();
            for (var i = 0; i < wanted.Length; i++)
                Assert.True(Math.Abs(wanted[i] - found[i]) <= tolerance * scale, $"{name} {i}: {found[i]}, not {wanted[i]}");
        }

        float[][] Run(ScalarType compute, Func<Tensor?[], Tensor> forward)
        {
            Tensor?[] leaves = [.. new[] { x, w, b, r }.Select(tensor => tensor?.To(compute).Clone())];
            foreach (var leaf in leaves)
                leaf?.RequiresGrad = true;
            var y = forward(leaves);
            Autograd.Backward([y], [seed.To(compute)]);
            return [y.Detach().ToArray(), .. leaves.Select(leaf => leaf?.Gradient()?.ToArray() ?? [])];
        }
    }

    // One thread takes a convolution whole.
    private sealed class TwoThreads : IDisposable
    {
        private readonly int _before = Engine.Threads;

        public TwoThreads() => Engine.Threads = 2;

        public void Dispose() => Engine.Threads = _before;
    }
}
