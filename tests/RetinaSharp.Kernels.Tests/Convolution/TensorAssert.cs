using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Convolution;

internal static class TensorAssert
{
    /// <summary>Asserts equality up to a tolerance relative to the largest expected value.</summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance, string name = "tensor")
    {
        Assert.Equal(expected.shape, actual.shape);
        var error = Max((expected.to(ScalarType.Float64) - actual.to(ScalarType.Float64)).abs());
        // Written so that NaN fails.
        Assert.True(error <= tolerance * Max(expected.abs()), $"{name}: error {error}, maximum {Max(expected.abs())}.");
    }

    /// <summary>Asserts that a bf16 tensor is an fp32 result rounded to bf16.</summary>
    public static void IsRounded(Tensor expected, Tensor actual, string name = "tensor")
    {
        const double HalfUlp = 1.0 / 256, Fp32 = 2e-5;
        Assert.Equal(ScalarType.BFloat16, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        var allowed = (expected.abs() * HalfUlp) + (Fp32 * Max(expected.abs()));
        Assert.True(((expected - actual.to(ScalarType.Float64)).abs() <= allowed).all().ToBoolean(), $"{name} is not the result rounded to bf16.");
    }

    /// <summary>Asserts identical bits.</summary>
    public static void Same(Tensor expected, Tensor actual) => Assert.True(expected.Equals(actual), "The tensors differ.");

    private static double Max(Tensor tensor) => tensor.NumberOfElements == 0 ? 0 : tensor.max().to(ScalarType.Float64).ToDouble();
}
