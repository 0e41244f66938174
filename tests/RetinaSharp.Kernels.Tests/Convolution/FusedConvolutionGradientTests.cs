using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Convolution;

public sealed class FusedConvolutionGradientTests : LeakCheck
{
    private const double Fp32 = 5e-5, Bf16 = .02;

    // images, inputs, outputs, height, width, kernel, stride
    private static readonly int[][] Cases =
    [
        [2, 16, 24, 9, 7, 1, 1], [1, 16, 8, 7, 6, 1, 2], [2, 8, 12, 9, 7, 3, 1], [2, 16, 8, 8, 10, 3, 2], [1, 3, 8, 17, 15, 7, 2],
        [2, 8, 8, 1, 1, 3, 2], [2, 8, 6, 5, 1, 3, 2], [2, 8, 4, 1, 2, 3, 2], [2, 1, 8, 6, 5, 3, 1], [2, 1, 6, 6, 5, 1, 2], [2, 8, 1, 6, 5, 3, 1], [2, 48, 40, 22, 18, 3, 1],
    ];

    public static TheoryData<int[]> Shapes => [.. Cases];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradients_Fp32_MatchAutograd(int[] shape) => ForEachCombination(shape, (at, trained, options) =>
    {
        var expected = Run(false, ScalarType.Float32, at, trained, options);
        AssertClose(expected, Run(true, ScalarType.Float32, at, trained, options), Fp32);
    });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradients_Bf16_MatchFp32(int[] shape) => ForEachCombination(shape, (at, trained, options) =>
    {
        var expected = Run(false, ScalarType.Float32, at, trained, options);
        var actual = Run(true, ScalarType.BFloat16, at, trained, options);
        Assert.All(actual.Skip(1), gradient => Assert.True(gradient is null || gradient.dtype == ScalarType.BFloat16));
        AssertClose(expected, actual, Bf16);
    });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 2)]
    public void Gradients_PlainFp64_MatchFiniteDifferences(int kernel, int stride)
    {
        using var setting = new KernelSetting(false);
        using var scope = NewDisposeScope();
        manual_seed(5);
        var at = new ConvolutionCase(1, 2, 3, 5, 4, kernel, stride);
        const ScalarType Type = ScalarType.Float64;
        Tensor[] leaves = [at.Input(Type), at.Weight(Type), at.Bias(Type), at.LikeOutput(Type)];
        leaves = Array.ConvertAll(leaves, leaf => (leaf + (.01 * randn_like(leaf))).requires_grad_());
        var seed = at.LikeOutput(Type);
        var scale = at.Scale(Type);
        Tensor Loss() => (FusedConvolution.Forward(leaves[0], leaves[1], leaves[2], stride, at.Padding, new(leaves[3], Relu: true, Scale: scale)) * seed).sum();
        Autograd.Backward([Loss()], [ones([], Type)]);
        foreach (var leaf in leaves)
        {
            using var guard = no_grad();
            var gradient = leaf.grad!.ChannelsLastIfMap().Elements<double>();
            var elements = leaf.ChannelsLastIfMap().Elements<double>();
            for (var i = 0; i < elements.Length; i++)
            {
                const double Step = 1e-6;
                var middle = elements[i];
                elements[i] = middle + Step;
                var above = Loss().ToDouble();
                elements[i] = middle - Step;
                var below = Loss().ToDouble();
                elements[i] = middle;
                Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-7);
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 48, 36, true, true)]
    [InlineData(ScalarType.Float32, 128, 64, false, false)]
    [InlineData(ScalarType.Float32, 12, 20, true, false)]
    [InlineData(ScalarType.BFloat16, 32, 32, true, true)]
    public void Gradients_SeveralMaps_MatchAutograd(ScalarType type, int inputs, int outputs, bool hasBias, bool relu)
    {
        using var scope = NewDisposeScope();
        ConvolutionCase[] levels = [new(2, inputs, outputs, 17, 15, 3, 1), new(2, inputs, outputs, 9, 8, 3, 1), new(2, inputs, outputs, 3, 2, 3, 1)];
        // The second map requires no gradient.
        List<Tensor?> Go(bool fused, ScalarType compute)
        {
            using var setting = new KernelSetting(fused);
            manual_seed(6);
            var w = levels[0].Weight(compute).requires_grad_();
            var b = hasBias ? levels[0].Bias(compute).requires_grad_() : null;
            var x = levels.Select((level, i) => level.Input(compute).requires_grad_(i != 1)).ToArray();
            var seeds = Array.ConvertAll(levels, level => level.LikeOutput(compute));
            var y = FusedConvolution.Forward(x, w, b, 1, 1, new(Relu: relu));
            Autograd.Backward(y, seeds);
            Assert.Null(x[1].grad);
            return [.. y.Select(map => map.detach()), w.grad, b?.grad, x[0].grad, x[2].grad];
        }

        AssertClose(Go(false, ScalarType.Float32), Go(true, type), type == ScalarType.Float32 ? Fp32 : Bf16);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_InputOfTwoConvolutions_AddUp(bool fused)
    {
        using var scope = NewDisposeScope();
        var at = new ConvolutionCase(1, 8, 8, 6, 7, 3, 1);
        var expected = Go(false);
        AssertClose(expected, Go(fused), Fp32);

        List<Tensor?> Go(bool isFused)
        {
            using var setting = new KernelSetting(isFused);
            manual_seed(7);
            var (x, first, second) = (at.Input(ScalarType.Float32).requires_grad_(), at.Weight(ScalarType.Float32).requires_grad_(), at.Weight(ScalarType.Float32).requires_grad_());
            var middle = FusedConvolution.Forward(x, first, null, 1, 1, PostOps.OnlyRelu);
            // Two convolutions of one input, one output twice, a weight twice, a skip connection.
            var left = FusedConvolution.Forward(middle, second, null, 1, 1);
            var right = FusedConvolution.Forward(middle, first, null, 1, 1, new(middle, Relu: true));
            var y = left + right + (middle * left);
            Autograd.Backward([y], [at.LikeOutput(ScalarType.Float32)]);
            return [y.detach(), x.grad, first.grad, second.grad];
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_NewGraphs_AccumulateInLeaves(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var at = new ConvolutionCase(1, 8, 8, 6, 7, 3, 1);
        var (x, w, seed) = (at.Input(ScalarType.Float32), at.Weight(ScalarType.Float32).requires_grad_(), at.LikeOutput(ScalarType.Float32));
        void Step() => Autograd.Backward([FusedConvolution.Forward(x, w, null, 1, 1)], [seed]);
        Step();
        var once = w.grad!.clone();
        Step();
        TensorAssert.Close(once * 2, w.grad!, 1e-6);
    }

    [Fact]
    public void Gradients_SumOfOutput_AcceptsExpandedGradient()
    {
        using var scope = NewDisposeScope();
        var at = new ConvolutionCase(2, 8, 5, 6, 7, 3, 1);
        var (x, w, b) = (at.Input(ScalarType.Float32), at.Weight(ScalarType.Float32).requires_grad_(), at.Bias(ScalarType.Float32).requires_grad_());
        Autograd.Backward([FusedConvolution.Forward(x, w, b, 1, 1).sum()], [ones([])]);
        TensorAssert.Close(full(5, 2 * 6 * 7, dtype: ScalarType.Float32), b.grad!, 1e-6);
    }

    [Fact]
    public void Gradients_OutputWithoutGradient_Throws()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (randn(1, 4, 5, 5), randn(4, 4, 3, 3).requires_grad_());
        var y = FusedConvolution.Forward([x, x], w, null, 1, 1);
        Assert.Throws<InvalidOperationException>(() => Autograd.Backward([y[0]], [ones_like(y[0])]));
    }

    [Fact]
    public void Forward_WithoutGrad_RecordsNothing()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (randn(1, 4, 5, 5), randn(4, 4, 3, 3).requires_grad_());
        using (no_grad())
            Assert.False(FusedConvolution.Forward(x, w, null).requires_grad);
        Assert.True(FusedConvolution.Forward(x, w, null).requires_grad);
        Assert.False(FusedConvolution.Forward(x, w.detach(), null).requires_grad);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Graph_AfterBackward_KeepsOnlyOutputs(bool relu, bool isOfSeveralMaps)
    {
        using var scope = NewDisposeScope();
        var (x, w, b) = (randn(1, 16, 9, 9).requires_grad_(), randn(16, 16, 3, 3).requires_grad_(), randn(16).requires_grad_());
        Tensor[] maps = isOfSeveralMaps ? [x, x, x] : [x];
        var seeds = Array.ConvertAll(maps, _ => randn(1, 16, 9, 9));
        var before = TensorCount.Alive;
        for (var i = 0; i < 3; i++)
        {
            var y = FusedConvolution.Forward(maps, w, b, 1, 1, new(Relu: relu));
            Assert.True(TensorCount.Alive > before + y.Length);
            Autograd.Backward(y, seeds);
            // What the backward pass needed is freed with it, not with the outputs.
            Assert.Equal(before + y.Length, TensorCount.Alive);
            foreach (var map in y)
                map.Dispose();
            Assert.Equal(before, TensorCount.Alive);
        }
    }

    [Fact]
    public void Graph_WithoutBackward_IsFreedWithOutputs()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (randn(1, 16, 9, 9).requires_grad_(), randn(16, 16, 3, 3).requires_grad_());
        var before = TensorCount.Alive;
        var first = FusedConvolution.Forward(x, w, null, 1, 1, PostOps.OnlyRelu);
        var second = FusedConvolution.Forward(first, w, null, 1, 1, new(first, Relu: true));
        first.Dispose();
        Assert.True(TensorCount.Alive > before + 1);
        second.Dispose();
        Assert.Equal(before, TensorCount.Alive);
    }

    [Fact]
    public void Graph_OutputsInDisposeScope_MoveToOuterScope()
    {
        using var outer = NewDisposeScope();
        var w = randn(16, 16, 3, 3).requires_grad_();
        Tensor y;
        using (NewDisposeScope())
            y = FusedConvolution.Forward(randn(1, 16, 9, 9), w, null, 1, 1, PostOps.OnlyRelu).MoveToOuterDisposeScope();
        Autograd.Backward([y], [randn(1, 16, 9, 9)]);
        Assert.NotNull(w.grad);
    }

    [Fact]
    public void Graph_SecondBackward_Throws()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (randn(1, 4, 5, 5), randn(4, 4, 3, 3).requires_grad_());
        var y = FusedConvolution.Forward(x, w, null, 1, 1, PostOps.OnlyRelu);
        Autograd.Backward([y], [ones_like(y)]);
        Assert.ThrowsAny<Exception>(() => Autograd.Backward([y], [ones_like(y)]));
    }

    [Fact]
    public void Gradients_TwoThreads_MatchSingleThread()
    {
        using var scope = NewDisposeScope();
        var at = new ConvolutionCase(1, 32, 32, 20, 20, 3, 1);
        var (x, seed) = (at.Input(ScalarType.Float32), at.LikeOutput(ScalarType.Float32));
        var weights = Enumerable.Range(0, 2).Select(_ => at.Weight(ScalarType.Float32)).ToArray();
        float[] Go(Tensor weight)
        {
            using var inner = NewDisposeScope();
            var w = weight.clone().requires_grad_();
            var middle = FusedConvolution.Forward(x, w, null, 1, 1, PostOps.OnlyRelu);
            Autograd.Backward([FusedConvolution.Forward(middle, w, null, 1, 1)], [seed]);
            return w.grad!.ChannelsLast().Elements<float>().ToArray();
        }

        var expected = Array.ConvertAll(weights, Go);
        var errors = new List<Exception>();
        var threads = Enumerable.Range(0, 2).Select(i => new Thread(() =>
        {
            try
            {
                for (var repeat = 0; repeat < 20; repeat++)
                    Assert.Equal(expected[i], Go(weights[i]));
            }
            catch (Exception error)
            {
                lock (errors)
                    errors.Add(error);
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.Empty(errors);
    }

    private static void ForEachCombination(int[] shape, Action<ConvolutionCase, bool[], Options> test)
    {
        var at = new ConvolutionCase(shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6]);
        // Which of input, weight, bias and residual require gradients.
        bool[][] choices = [[true, true, true, true], [false, true, false, false], [true, false, false, false], [false, false, true, false], [false, false, false, true]];
        Options[] all =
        [
            new(), new(Bias: true), new(Bias: true, Relu: true), new(Relu: true), new(Residual: true, Relu: true), new(Bias: true, Residual: true, Relu: true), new(Bias: true, Residual: true),
            new(Scale: true), new(Bias: true, Relu: true, Scale: true), new(Bias: true, Residual: true, Relu: true, Scale: true),
        ];
        foreach (var options in all)
        {
            foreach (var trained in choices)
            {
                if ((trained is [false, false, true, _] && !options.Bias) || (trained is [false, false, _, true] && !options.Residual))
                    continue;
                using var scope = NewDisposeScope();
                test(at, trained, options);
            }
        }
    }

    /// <summary>Returns the output and the gradients of input, weight, bias and residual.</summary>
    private static List<Tensor?> Run(bool fused, ScalarType type, ConvolutionCase at, bool[] trained, Options options)
    {
        using var setting = new KernelSetting(fused);
        manual_seed(2);
        Tensor[] all = [at.Input(type), at.Weight(type), at.Bias(type), at.LikeOutput(type)];
        var seed = at.LikeOutput(type);
        for (var i = 0; i < all.Length; i++)
            all[i].requires_grad = trained[i];
        var postOps = new PostOps(options.Residual ? all[3] : null, options.Relu, Scale: options.Scale ? at.Scale(type) : null);
        var y = FusedConvolution.Forward(all[0], all[1], options.Bias ? all[2] : null, at.Stride, at.Padding, postOps);
        Autograd.Backward([y], [seed]);
        return [y.detach(), .. all.Select(leaf => leaf.grad)];
    }

    private sealed record Options(bool Bias = false, bool Residual = false, bool Relu = false, bool Scale = false);

    private static void AssertClose(List<Tensor?> expected, List<Tensor?> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i] is null, actual[i] is null);
            if (expected[i] is { } one)
                TensorAssert.Close(one, actual[i]!, tolerance, $"tensor {i}");
        }
    }
}

file static class Maps
{
    public static Tensor ChannelsLastIfMap(this Tensor tensor) => tensor.dim() == 4 ? tensor.ChannelsLast() : tensor;
}
