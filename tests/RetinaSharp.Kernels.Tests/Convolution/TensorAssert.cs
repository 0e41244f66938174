using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Convolution;

internal static class TensorAssert
{
    /// <summary>Equal up to a share of the largest expected value.</summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance, string name = "tensor")
    {
        Assert.Equal(expected.shape, actual.shape);
        var error = Max((expected.to(ScalarType.Float64) - actual.to(ScalarType.Float64)).abs());
        // Not a comparison that NaN would pass.
        Assert.True(error <= tolerance * Max(expected.abs()), $"{name}: {error} apart, of {Max(expected.abs())}.");
    }

    /// <summary>What rounding to bf16 makes of a result in fp32.</summary>
    public static void IsRounded(Tensor expected, Tensor actual, string name = "tensor")
    {
        const double HalfUlp = 1.0 / 256, Fp32 = 2e-5;
        Assert.Equal(ScalarType.BFloat16, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        var allowed = (expected.abs() * HalfUlp) + (Fp32 * Max(expected.abs()));
        Assert.True(((expected - actual.to(ScalarType.Float64)).abs() <= allowed).all().ToBoolean(), $"{name} is not the result rounded to bf16.");
    }

    /// <summary>The same bits.</summary>
    public static void Same(Tensor expected, Tensor actual) => Assert.True(expected.Equals(actual), "The tensors differ.");

    private static double Max(Tensor tensor) => tensor.NumberOfElements == 0 ? 0 : tensor.max().to(ScalarType.Float64).ToDouble();
}
