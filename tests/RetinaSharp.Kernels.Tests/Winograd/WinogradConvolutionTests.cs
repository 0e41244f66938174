using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests;

public sealed class WinogradConvolutionTests : LeakCheck
{
    private const double Tolerance = 2e-5;

    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 1, 3, 5, 1, 1 }, { 1, 5, 3, 3, 5 }, { 2, 16, 16, 3, 5 }, { 1, 64, 72, 17, 9 }, { 3, 72, 16, 4, 8 }, { 1, 16, 64, 64, 64 }, { 1, 300, 40, 9, 9 }, { 1, 64, 64, 33, 30 },
        { 5, 8, 8, 32, 32 }, { 4, 64, 72, 33, 33 }, { 1, 8, 272, 48, 64 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_AnyShape_MatchesConv2d(int n, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        var (x, w, b) = (Map(n, inputs, height, width), Weight(outputs, inputs), randn(outputs));
        var transformed = WinogradConvolution.TransformWeight(w);
        var y = Forward([x], transformed, b)[0];
        Assert.True(y.IsChannelsLast());
        AssertClose(Conv2d(x, w, b), y);
        AssertClose(Conv2d(x, w, null), Forward([x], transformed, null)[0]);
    }

    [Theory]
    [InlineData(16, 64)]
    [InlineData(5, 3)]
    [InlineData(12, 20)]
    public void Forward_ReluAndResiduals_AreFused(int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        Tensor[] x = [Map(2, inputs, 7, 6), Map(1, inputs, 1, 3)], residuals = [Map(2, outputs, 7, 6), Map(1, outputs, 1, 3)];
        var (w, b) = (Weight(outputs, inputs), randn(outputs));
        var y = Forward(x, WinogradConvolution.TransformWeight(w), b, true, residuals);
        for (var i = 0; i < x.Length; i++)
            AssertClose((Conv2d(x[i], w, b) + residuals[i].to(ScalarType.Float64)).relu(), y[i]);
    }

    [Fact]
    public void Forward_NotChannelsLast_MatchesConv2d()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (randn(2, 16, 9, 11), randn(24, 16, 3, 3));
        AssertClose(Conv2d(x, w, null), Forward([x], WinogradConvolution.TransformWeight(w), null)[0]);
    }

    [Fact]
    public void Forward_PyramidLevels_MatchSingleMaps()
    {
        using var scope = NewDisposeScope();
        Tensor[] x = [Map(2, 32, 40, 48), Map(2, 32, 20, 24), Map(2, 32, 10, 12), Map(2, 32, 5, 6), Map(2, 32, 3, 3)];
        var transformed = WinogradConvolution.TransformWeight(Weight(48, 32));
        var together = Forward(x, transformed, null);
        for (var i = 0; i < x.Length; i++)
            Assert.Equal(Forward([x[i]], transformed, null)[0].Elements<float>(), together[i].Elements<float>());
    }

    [Fact]
    public void Forward_NaN_IsLocalToItsTiles()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Map(1, 16, 12, 12), Weight(16, 16));
        x[0, 3, 5, 6] = float.NaN;
        var y = Forward([x], WinogradConvolution.TransformWeight(w), null, true)[0];
        Assert.True(y.isnan().logical_or(Conv2d(x, w, null).isnan().logical_not()).all().ToBoolean());
        // Only tiles that contain the pixel have NaN.
        Assert.False(y[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Slice(8)].isnan().any().ToBoolean());
    }

    [Fact]
    public void Forward_InfiniteBiasAndNaNResidual_PassRelu()
    {
        using var scope = NewDisposeScope();
        var (x, w, b, residual) = (Map(1, 8, 4, 4), Weight(8, 8), zeros(8), zeros(1, 8, 4, 4));
        b[1] = float.PositiveInfinity;
        b[2] = float.NegativeInfinity;
        residual[0, 3, 1, 2] = float.NaN;
        var y = Forward([x], WinogradConvolution.TransformWeight(w), b, true, [residual])[0];
        Assert.True(y[0, 1].isposinf().all().ToBoolean());
        Assert.Equal(0, y[0, 2].abs().max().ToSingle());
        Assert.Equal(1, y.isnan().sum().ToInt64());
        Assert.True(float.IsNaN(y[0, 3, 1, 2].ToSingle()));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradients_AnyShape_MatchAutograd(int n, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        Tensor[] x = [Map(n, inputs, height, width), Map(1, inputs, 5, 2)], dy = [Map(n, outputs, height, width), Map(1, outputs, 5, 2)];
        var w = Weight(outputs, inputs);
        var dx = Forward(dy, WinogradConvolution.TransformWeight(w, isFlipped: true), null);
        var dw = WinogradConvolution.WeightGradient(x, dy);

        var exactW = w.to(ScalarType.Float64).requires_grad_();
        var exactX = Array.ConvertAll(x, map => map.to(ScalarType.Float64).requires_grad_());
        for (var i = 0; i < x.Length; i++)
            nn.functional.conv2d(exactX[i], exactW, padding: [1, 1]).backward([dy[i].to(ScalarType.Float64)]);
        AssertClose(exactW.grad!, dw);
        Assert.True(dw.IsChannelsLast());
        for (var i = 0; i < x.Length; i++)
            AssertClose(exactX[i].grad!, dx[i]);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Bf16_AnyShape_IsRoundedFp32(int n, int inputs, int outputs, int height, int width)
    {
        using var scope = NewDisposeScope();
        Tensor[] x = [Bf16(Map(n, inputs, height, width)), Bf16(Map(1, inputs, 5, 2))], dy = [Bf16(Map(n, outputs, height, width)), Bf16(Map(1, outputs, 5, 2))];
        var (w, b) = (Bf16(Weight(outputs, inputs)), Bf16(randn(outputs)));
        List<Tensor> Go(Func<Tensor, Tensor> of)
        {
            var (maps, gradients, weight) = (Array.ConvertAll(x, map => of(map)), Array.ConvertAll(dy, map => of(map)), of(w));
            return
            [
                .. Forward(maps, WinogradConvolution.TransformWeight(weight), of(b), true, gradients),
                .. WinogradConvolution.ForwardOnce(gradients, weight, isFlipped: true, bias: null, relu: false),
                WinogradConvolution.WeightGradient(maps, gradients),
            ];
        }

        foreach (var (exact, rounded) in Go(tensor => tensor.to(ScalarType.Float32)).Zip(Go(tensor => tensor)))
        {
            Assert.Equal(ScalarType.BFloat16, rounded.dtype);
            Assert.True(rounded.IsChannelsLast());
            Convolution.TensorAssert.Same(exact.to(ScalarType.BFloat16), rounded);
        }
    }

    [Theory]
    [InlineData(64, 72, 33)]
    [InlineData(20, 300, 8)]
    public void AllKernels_AnyNumberOfThreads_GiveSameBits(int inputs, int outputs, int size)
    {
        using var scope = NewDisposeScope();
        Tensor[] x = [Map(4, inputs, size, size), Map(1, inputs, 6, 7)], dy = [Map(4, outputs, size, size), Map(1, outputs, 6, 7)];
        var w = Weight(outputs, inputs);
        var threads = get_num_threads();
        try
        {
            var results = new List<Tensor[]>();
            foreach (var count in (int[])[1, 2, 2, 3])
            {
                set_num_threads(count);
                results.Add([.. Forward(x, WinogradConvolution.TransformWeight(w), null), .. Forward(dy, WinogradConvolution.TransformWeight(w, true), null),
                    WinogradConvolution.WeightGradient(x, dy)]);
            }

            foreach (var other in results)
            {
                for (var i = 0; i < other.Length; i++)
                    Assert.Equal(results[0][i].Elements<float>(), other[i].Elements<float>());
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Forward_PlainWeight_Throws()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => WinogradConvolution.Forward([Map(1, 16, 4, 4)], Weight(16, 16), null, false));
    }

    [Fact]
    public void Tiles_OddSizes_AreRoundedUp()
    {
        using var map = zeros(2, 3, 5, 8);
        Assert.Equal(2 * 2 * 2, WinogradConvolution.Tiles(map));
    }

    private static Tensor[] Forward(Tensor[] x, Tensor transformed, Tensor? bias, bool relu = false, Tensor[]? residuals = null) =>
        WinogradConvolution.Forward(x, transformed, bias, relu, residuals);

    private static Tensor Map(int n, int channels, int height, int width) => randn(n, channels, height, width).ChannelsLast();

    private static Tensor Weight(int outputs, int inputs) => (randn(outputs, inputs, 3, 3) / Math.Sqrt(9 * inputs)).ChannelsLast();

    private static Tensor Bf16(Tensor tensor) => tensor.to(ScalarType.BFloat16);

    private static Tensor Conv2d(Tensor x, Tensor w, Tensor? b) =>
        nn.functional.conv2d(x.to(ScalarType.Float64), w.to(ScalarType.Float64), b?.to(ScalarType.Float64), padding: [1, 1]);

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().ToDouble(), 0, Tolerance * expected.abs().max().ToDouble());
    }
}
