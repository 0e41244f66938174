using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Sums of tensors, and operations of a tensor and a number. Used in place of TorchSharp 0.107's <c>add</c>, <c>+</c> and the operators with
/// a number. These create a native scalar, also the factor 1 of the second term, that nothing refers to during the native call: a garbage
/// collection at that moment frees it, and the call fails or computes with another number. <c>sub</c> and <c>mul</c> of tensors have none.
/// </summary>
public static class TensorArithmetic
{
    private static readonly Scalar One = 1;

    /// <summary>Adds a tensor to another in place.</summary>
    /// <param name="sum">The tensor that is modified.</param>
    /// <param name="term">The tensor to add, broadcast to the shape of <paramref name="sum"/>.</param>
    /// <returns><paramref name="sum"/>.</returns>
    public static Tensor AddInPlace(this Tensor sum, Tensor term) => sum.add_(term, One);

    /// <summary>Adds a number to each element in place.</summary>
    /// <param name="tensor">The tensor that is modified.</param>
    /// <param name="number">The number to add.</param>
    /// <returns><paramref name="tensor"/>.</returns>
    public static Tensor AddInPlace(this Tensor tensor, double number)
    {
        using Scalar scalar = number;
        return tensor.add_(scalar, One);
    }

    /// <summary>Adds two tensors, which are broadcast.</summary>
    /// <param name="tensor">The first tensor.</param>
    /// <param name="term">The second tensor.</param>
    public static Tensor Plus(this Tensor tensor, Tensor term) => tensor.add(term, One);

    /// <summary>Adds a number to each element.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="number">The number to add.</param>
    public static Tensor Plus(this Tensor tensor, double number)
    {
        using Scalar scalar = number;
        return tensor.add(scalar, One);
    }

    /// <summary>Multiplies each element by a number.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="number">The number to multiply by.</param>
    public static Tensor Times(this Tensor tensor, double number)
    {
        using Scalar scalar = number;
        return tensor.mul(scalar);
    }
}
