using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using static RetinaSharp.Detection.Tests.Modeling.Layers.LayerBlock;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling.Layers;

public sealed class Conv2dTests : LeakCheck
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(2, 2)]
    public void Gradient_Bf16Stride2OverFewPixels_IsThatOfFp32(int height, int width)
    {
        using var scope = NewDisposeScope();
        var expected = WeightGradient(ScalarType.Float32, height, width);
        var actual = WeightGradient(ScalarType.BFloat16, height, width);
        Assert.Equal(ScalarType.BFloat16, actual.dtype);
        // Relative to the whole: both inputs are rounded to eight bits.
        Assert.InRange(Distance(expected, actual), 0, .02);
    }

    [Theory]
    [InlineData(true, ScalarType.Float32)]
    [InlineData(true, ScalarType.BFloat16)]
    [InlineData(false, ScalarType.Float32)]
    public void Forward_WeightsThatChange_AreSeenOnceInvalidated(bool fused, ScalarType type)
    {
        using var setting = new KernelSetting(fused);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (inputs, kernel) in new[] { (128, 3), (16, 3), (64, 1) })
        {
            using var block = new LayerBlock(Layer(inputs, 64, kernel), type);
            var x = Map(type, 1, inputs, 20, 18);
            var first = block.Forward(x);
            AssertClose(block.Convolved(x), first, Tolerance(type));
            Assert.True(first.Equals(block.Forward(x)));

            block["conv.weight"].neg_();
            block["conv.bias"].add_(1);
            block.InvalidateCache();
            var changed = block.Forward(x);
            AssertClose(block.Convolved(x), changed, Tolerance(type));
            Assert.True(changed.Equals(block.Forward(x)));
            block.InvalidateCache();
            Assert.True(changed.Equals(block.Forward(x)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_Trained_SeesWeightsAsTheyAre(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(16, 8, 3), isTraining: true);
        var x = Map(ScalarType.Float32, 1, 16, 5, 5);
        block.Forward(x);
        using (no_grad())
            block["conv.weight"].neg_();
        AssertClose(block.Convolved(x), block.Forward(x), 1e-5);
    }

    [Fact]
    public void Forward_SeveralMapsAndPostOps_AreThoseOneByOne()
    {
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(16, 16, 3));
        Tensor[] maps = [Map(ScalarType.Float32, 2, 16, 9, 8), Map(ScalarType.Float32, 1, 16, 1, 1)];
        foreach (var (map, output) in maps.Zip(block.Forward(maps, PostOps.OnlyRelu)))
            AssertClose(block.Convolved(map).relu(), output, 1e-5);
        AssertClose((block.Convolved(maps[0]) + maps[0]).relu(), block.Forward(maps[0], new(maps[0], Relu: true)), 1e-5);
        Assert.Throws<ArgumentException>(() => block.Forward(maps, new PostOps(maps[0])));
    }

    [Fact]
    public void Forward_FromManyThreads_DerivesOnce()
    {
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(16, 16, 3));
        var x = Map(ScalarType.Float32, 1, 16, 12, 12);
        float[] Go()
        {
            using var guard = no_grad();
            using var inner = NewDisposeScope();
            return block.Forward(x).ToArray();
        }

        var results = new float[12][];
        Parallel.For(0, results.Length, i => results[i] = Go());
        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    [Theory]
    [InlineData(true, ScalarType.Float32, false)]
    [InlineData(true, ScalarType.Float32, true)]
    [InlineData(true, ScalarType.BFloat16, false)]
    [InlineData(true, ScalarType.BFloat16, true)]
    [InlineData(false, ScalarType.Float32, true)]
    public void Stem_AnySize_IsConv2d(bool fused, ScalarType type, bool isTraining)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 16, 7, 2), type, isTraining);
        Assert.IsType<StemConv2d>(block.Convolution);
        // Even sizes are folded into blocks of 2 x 2 pixels, odd ones are not; one module sees both.
        foreach (var (height, width) in new[] { (6, 10), (7, 10), (6, 10), (9, 7), (2, 2), (1, 1), (4, 3) })
        {
            var x = Map(type, 2, 3, height, width);
            AssertClose(block.Convolved(x).relu(), block.Forward(x, PostOps.OnlyRelu).detach(), Tolerance(type), $"{height} x {width}");
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Stem_GradientOfPixelsWanted_IsThatOfConv2d(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var block = new LayerBlock(Layer(3, 16, 7, 2), type, isTraining: true);
        var x = Map(type, 2, 3, 6, 10);
        var recorded = x.clone().requires_grad_();
        var output = block.Forward(recorded);
        // Operators of LibTorch move those pixels, our own loop the others.
        Assert.True(output.detach().Equals(block.Forward(x).detach()));
        var seed = Map(type, output.shape);
        Autograd.Backward([output], [seed]);

        var (exactX, exactW) = (x.to(ScalarType.Float64).requires_grad_(), block.Fp64("conv.weight").requires_grad_());
        nn.functional.conv2d(exactX, exactW, strides: [2, 2], padding: [3, 3]).backward([seed.to(ScalarType.Float64)]);
        AssertClose(exactX.grad!, recorded.grad!, Tolerance(type), "input");
        AssertClose(exactW.grad!, block.Convolution.weight.grad!, Tolerance(type), "weight");
        AssertClose(seed.to(ScalarType.Float64).sum([0L, 2L, 3L]), block.Convolution.bias!.grad!, Tolerance(type), "bias");
    }

    private static double Tolerance(ScalarType type) => type == ScalarType.Float32 ? 2e-5 : .01;

    private static Tensor WeightGradient(ScalarType type, int height, int width)
    {
        using var block = new LayerBlock(Layer(48, 32, 3, 2), type, isTraining: true);
        var output = block.Forward(Map(type, 2, 48, height, width));
        Assert.Equal([2, 32, (height + 1) / 2, (width + 1) / 2], output.shape);
        var gradient = Map(type, output.shape);
        Pollute();
        Autograd.Backward([output], [gradient]);
        return block.Convolution.weight.grad!.clone();
    }

    // What is allocated next, and not written, is NaN.
    private static void Pollute()
    {
        using var scope = NewDisposeScope();
        for (var size = 256; size < 1 << 20; size *= 2)
        {
            for (var i = 0; i < 4; i++)
                full(size, float.NaN);
        }
    }
}
