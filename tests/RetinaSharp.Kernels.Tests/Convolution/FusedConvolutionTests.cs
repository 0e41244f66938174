using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Convolution;

public sealed class FusedConvolutionTests : LeakCheck
{
    private const double Fp32 = 2e-5, PlainBf16 = .02;

    // images, inputs, outputs, height, width, kernel, stride
    private static readonly int[][] Cases =
    [
        [2, 16, 24, 9, 7, 1, 1], [1, 16, 8, 7, 6, 1, 2], [2, 64, 64, 8, 8, 1, 1],
        [2, 16, 24, 9, 7, 3, 1], [1, 8, 16, 8, 10, 3, 2], [3, 16, 8, 7, 9, 3, 2],
        [1, 3, 8, 33, 31, 7, 2], [2, 5, 7, 8, 12, 7, 1],
        // One pixel; a stride greater than the kernel; one channel, where contiguous and channels-last are the same.
        [1, 16, 8, 1, 1, 1, 1], [2, 16, 8, 1, 1, 3, 1], [2, 8, 8, 1, 1, 3, 2], [2, 4, 8, 1, 1, 7, 2], [2, 8, 4, 1, 2, 3, 2],
        [2, 1, 8, 6, 5, 3, 1], [2, 8, 1, 6, 5, 3, 1], [1, 1, 1, 5, 5, 1, 1], [2, 1, 6, 6, 5, 1, 2],
        // Winograd, with whole and partial tiles.
        [4, 32, 32, 16, 16, 3, 1], [4, 34, 45, 13, 15, 3, 1],
    ];

    public static TheoryData<bool, int[]> Settings
    {
        get
        {
            var data = new TheoryData<bool, int[]>();
            foreach (var shape in Cases)
            {
                data.Add(true, shape);
                data.Add(false, shape);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Forward_Fp32_MatchesConv2dScaleAddRelu(bool fused, int[] shape) => ForEachPostOps(fused, shape, (at, isChannelsLast, hasBias, hasResidual, relu, hasScale) =>
    {
        var (x, w, b, r) = Tensors(at, ScalarType.Float32, isChannelsLast, hasBias, hasResidual);
        var postOps = new PostOps(r, relu, Scale: hasScale ? at.Scale(ScalarType.Float32) : null);
        var y = Forward(at, x, w, b, postOps);
        Assert.Equal(ScalarType.Float32, y.dtype);
        Assert.True(y.IsChannelsLast());
        TensorAssert.Close(at.Reference(x, w, b, postOps), y, Fp32);
    });

    [Theory]
    [MemberData(nameof(Settings))]
    public void Forward_Bf16_IsRoundedFp32(bool fused, int[] shape) => ForEachPostOps(fused, shape, (at, isChannelsLast, hasBias, hasResidual, relu, hasScale) =>
    {
        var (x, w, b, r) = Tensors(at, ScalarType.BFloat16, isChannelsLast, hasBias, hasResidual);
        var postOps = new PostOps(r, relu, Scale: hasScale ? at.Scale(ScalarType.BFloat16) : null);
        var y = Forward(at, x, w, b, postOps);
        Assert.Equal(ScalarType.BFloat16, y.dtype);
        Assert.True(y.IsChannelsLast());
        var expected = at.Reference(x, w, b, postOps);
        // LibTorch's own operators round in between; so does oneDNN before it adds to a map with an ambiguous memory format.
        if (fused && !(hasResidual && at.IsAmbiguous))
            TensorAssert.IsRounded(expected, y);
        else
            TensorAssert.Close(expected, y, PlainBf16);
    });

    [Theory]
    [MemberData(nameof(Settings))]
    public void Forward_OverwritesResidual_GivesSameOutputAndOverwritesNothingElse(bool fused, int[] shape) => ForEachPostOps(fused, shape, (at, isChannelsLast, hasBias, isBf16, relu, hasScale) =>
    {
        var type = isBf16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var (x, w, b, r) = Tensors(at, type, isChannelsLast, hasBias, true);
        var postOps = new PostOps(r, relu, Scale: hasScale ? at.Scale(type) : null);
        Tensor[] all = [x, w, r!, .. b is null ? (Tensor[])[] : [b]];
        var copies = Array.ConvertAll(all, tensor => tensor.clone());
        var expected = Forward(at, x, w, b, postOps);
        TensorAssert.Same(expected, Forward(at, x, w, b, postOps with { Residual = r!.clone(), OverwritesResidual = true }));
        foreach (var (before, after) in copies.Zip(all))
            TensorAssert.Same(before, after);
    });

    [Fact]
    public void Forward_OverwritesResidualWithOneDnn_ReusesItsMemory()
    {
        Assert.SkipUnless(OneDnn.IsReliable, "oneDNN is not used on this CPU");
        using var scope = NewDisposeScope();
        var at = new ConvolutionCase(1, 8, 8, 6, 6, 1, 1);
        var r = at.LikeOutput(ScalarType.Float32);
        var y = Forward(at, at.Input(ScalarType.Float32), at.Weight(ScalarType.Float32), null, new(r, OverwritesResidual: true));
        TensorAssert.Same(r, y);
    }

    [Theory]
    [InlineData(true, ScalarType.Float32, 64, 36)]
    [InlineData(true, ScalarType.Float32, 16, 24)]
    [InlineData(true, ScalarType.BFloat16, 32, 32)]
    [InlineData(false, ScalarType.Float32, 16, 24)]
    [InlineData(false, ScalarType.BFloat16, 16, 24)]
    public void Forward_SeveralMaps_MatchSingleMaps(bool fused, ScalarType type, int inputs, int outputs)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        manual_seed(3);
        ConvolutionCase[] levels = [new(2, inputs, outputs, 33, 30, 3, 1), new(2, inputs, outputs, 9, 8, 3, 1), new(1, inputs, outputs, 1, 1, 3, 1)];
        var (w, b) = (levels[0].Weight(type), levels[0].Bias(type));
        var x = Array.ConvertAll(levels, level => level.Input(type));
        var y = FusedConvolution.Forward(x, w, b, 1, 1, PostOps.OnlyRelu);
        for (var i = 0; i < x.Length; i++)
        {
            var expected = levels[i].Reference(x[i], w, b, PostOps.OnlyRelu);
            if (type == ScalarType.BFloat16 && fused)
                TensorAssert.IsRounded(expected, y[i]);
            else
                TensorAssert.Close(expected, y[i], type == ScalarType.Float32 ? Fp32 : PlainBf16);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_NoMaps_NoOutputs(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var w = zeros(4, 4, 3, 3);
        Assert.Empty(FusedConvolution.Forward([], w, null));
    }

    [Theory]
    [InlineData(true, ScalarType.Float32)]
    [InlineData(true, ScalarType.BFloat16)]
    [InlineData(false, ScalarType.Float32)]
    public void Forward_NoImages_EmptyOutput(bool fused, ScalarType type)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        foreach (var kernel in (int[])[1, 3])
            Assert.Equal([0, 40, 9, 9], FusedConvolution.Forward(zeros(0, 32, 9, 9, type), zeros(40, 32, kernel, kernel, type), null, 1, kernel / 2, PostOps.OnlyRelu).shape);
    }

    [Theory]
    [InlineData(true, ScalarType.Float32, 128, 3)] // In the Winograd domain.
    [InlineData(true, ScalarType.Float32, 16, 3)] // Reordered for oneDNN.
    [InlineData(true, ScalarType.Float32, 64, 1)]
    [InlineData(true, ScalarType.BFloat16, 64, 3)]
    [InlineData(false, ScalarType.Float32, 16, 3)]
    public void Forward_PackedWeight_IsCachedUntilInvalidated(bool fused, ScalarType type, int inputs, int kernel)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var packed = new PackedWeight();
        manual_seed(4);
        var at = new ConvolutionCase(1, inputs, 64, 24, 20, kernel, 1);
        var (x, w, b) = (at.Input(type), at.Weight(type), at.Bias(type));
        Tensor Convolve() => FusedConvolution.Forward(x, w, b, 1, kernel / 2, PostOps.OnlyRelu, packed);

        var first = Convolve();
        var second = Convolve();
        // A map of another size.
        var other = at with { Images = 2, Height = 9, Width = 31 };
        var otherX = other.Input(type);
        var ofOther = FusedConvolution.Forward(otherX, w, b, 1, kernel / 2, PostOps.OnlyRelu, packed);
        var third = Convolve();
        TensorAssert.Close(at.Reference(x, w, b, PostOps.OnlyRelu), first, type == ScalarType.Float32 ? Fp32 : .01);
        TensorAssert.Close(other.Reference(otherX, w, b, PostOps.OnlyRelu), ofOther, type == ScalarType.Float32 ? Fp32 : .01);
        TensorAssert.Same(first, second);
        TensorAssert.Same(first, third);

        w.neg_();
        packed.Invalidate();
        var changed = Convolve();
        TensorAssert.Close(at.Reference(x, w, b, PostOps.OnlyRelu), changed, type == ScalarType.Float32 ? Fp32 : .01);
        TensorAssert.Same(changed, Convolve());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Forward_PackedWeightOfManySizes_HasFewLayoutsAndTheOutputsOfThePlainWeight(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var packed = new PackedWeight();
        var at = new ConvolutionCase(1, 96, 96, 40, 40, 3, 2);
        var (w, b) = (at.Weight(type), at.Bias(type));
        for (var round = 0; round < 2; round++)
        {
            for (var side = 1; side <= 40; side++)
            {
                var input = (at with { Height = side, Width = side }).Input(type);
                TensorAssert.Close(FusedConvolution.Forward(input, w, b, 2, 1, PostOps.OnlyRelu), FusedConvolution.Forward(input, w, b, 2, 1, PostOps.OnlyRelu, packed), type == ScalarType.Float32 ? Fp32 : .01);
            }
        }

        // One for each blocking that oneDNN chooses, not for each size; none without oneDNN.
        Assert.InRange(packed.Layouts, 0, 8);
        packed.Invalidate();
        Assert.Equal(0, packed.Layouts);
    }

    [Fact]
    public void Forward_PackedWeightFromManyThreads_GivesSameOutputs()
    {
        using var scope = NewDisposeScope();
        using var packed = new PackedWeight();
        var at = new ConvolutionCase(1, 32, 32, 24, 20, 3, 1);
        var (x, w) = (at.Input(ScalarType.Float32), at.Weight(ScalarType.Float32));
        float[] expected;
        using (var other = new PackedWeight())
            expected = FusedConvolution.Forward(x, w, null, 1, 1, default, other).Elements<float>().ToArray();
        Parallel.For(0, 16, _ =>
        {
            using var y = FusedConvolution.Forward(x, w, null, 1, 1, default, packed);
            Assert.Equal(expected, y.Elements<float>());
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_ResidualWithSeveralMaps_Throws(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        var (x, w) = (zeros(1, 8, 5, 5), zeros(8, 8, 3, 3));
        Assert.Throws<ArgumentException>(() => FusedConvolution.Forward([x, x], w, null, 1, 1, new PostOps(x)));
    }

    public static TheoryData<bool, string> Mismatches
    {
        get
        {
            var data = new TheoryData<bool, string>();
            foreach (var name in (string[])["channels", "second map", "rank of input", "rank of weight", "bias", "rank of bias", "scale", "rank of scale", "residual", "residual that broadcasts", "kernel", "stride", "padding",
                "type of input", "type of bias", "type of scale", "type of residual"])
            {
                data.Add(true, name);
                data.Add(false, name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void Forward_Mismatch_ThrowsWithShapesAndTypes(bool fused, string name)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        // For Winograd and oneDNN, recorded or not.
        foreach (var (channels, isTrained) in new[] { (32, false), (32, true), (5, false), (5, true) })
        {
            var (x, w, b, r, stride, padding) = (zeros(1, channels, 40, 40), zeros(channels, channels, 3, 3), zeros(channels), zeros(1, channels, 40, 40), 1, 1);
            Tensor[] maps = [x];
            Tensor? scale = null;
            switch (name)
            {
                case "channels": maps = [zeros(1, channels + 1, 40, 40)]; break;
                case "second map": (maps, r) = ([x, zeros(1, channels - 1, 40, 40)], null); break;
                case "rank of input": maps = [zeros(channels, 40, 40)]; break;
                case "rank of weight": w = zeros(channels, channels, 3); break;
                case "bias": b = zeros(channels - 1); break;
                case "rank of bias": b = zeros(channels, 1); break;
                case "scale": scale = zeros(1); break;
                case "rank of scale": scale = zeros(channels, 1, 1, 1); break;
                case "residual": r = zeros(1, channels, 39, 40); break;
                case "residual that broadcasts": r = zeros(1, channels, 1, 1); break;
                case "kernel": (maps, padding) = ([zeros(1, channels, 2, 40)], 0); break;
                case "stride": stride = 0; break;
                case "padding": padding = -1; break;
                case "type of input": maps = [x.to(ScalarType.Float64)]; break;
                case "type of bias": b = b.to(ScalarType.BFloat16); break;
                case "type of scale": scale = zeros(channels, ScalarType.Float64); break;
                case "type of residual": r = r.to(ScalarType.BFloat16); break;
            }

            w.requires_grad = isTrained;
            var error = Assert.Throws<TorchOperatorException>(() => FusedConvolution.Forward(maps, w, b, stride, padding, new(r, Scale: scale)));
            Assert.Contains($"[{string.Join(", ", w.shape)}]", error.Message);
        }
    }

    [Fact]
    public void Forward_DisposedTensor_Throws()
    {
        using var x = zeros(1, 4, 4, 4);
        var w = zeros(4, 4, 1, 1);
        w.Dispose();
        Assert.ThrowsAny<InvalidOperationException>(() => FusedConvolution.Forward(x, w, null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_NaN_PropagatesWithinKernel(bool fused)
    {
        using var setting = new KernelSetting(fused);
        using var scope = NewDisposeScope();
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            foreach (var kernel in (int[])[1, 3])
            {
                var x = zeros(1, 8, 6, 6, type);
                x[0, 2, 3, 3] = float.NaN;
                // Without ReLU, because oneDNN's ReLU returns 0 for NaN.
                var y = FusedConvolution.Forward(x, ones(8, 8, kernel, kernel, type), null, 1, kernel / 2);
                Assert.Equal(8 * kernel * kernel, y.isnan().sum().ToInt64());
            }
        }
    }

    private static void ForEachPostOps(bool fused, int[] shape, Action<ConvolutionCase, bool, bool, bool, bool, bool> test)
    {
        using var setting = new KernelSetting(fused);
        manual_seed(1);
        var at = new ConvolutionCase(shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6]);
        for (var bits = 0; bits < 32; bits++)
        {
            using var scope = NewDisposeScope();
            test(at, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
        }
    }

    private static (Tensor X, Tensor W, Tensor? B, Tensor? R) Tensors(ConvolutionCase at, ScalarType type, bool isChannelsLast, bool hasBias, bool hasResidual) =>
        (at.Input(type, isChannelsLast), at.Weight(type, isChannelsLast), hasBias ? at.Bias(type) : null, hasResidual ? at.LikeOutput(type, isChannelsLast) : null);

    private static Tensor Forward(ConvolutionCase at, Tensor x, Tensor w, Tensor? b, PostOps postOps) => FusedConvolution.Forward(x, w, b, at.Stride, at.Padding, postOps);
}
