using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// In-place addition of tensors. TorchSharp's <c>add_(Tensor)</c> allocates a native scalar 1 per call and leaves it to the finalizer;
/// <see cref="AddInPlace"/> always uses the same scalar.
/// </summary>
public static class TensorSum
{
    private static readonly Scalar One = 1;

    /// <summary>Adds a tensor to another in place.</summary>
    /// <param name="sum">The tensor that is modified.</param>
    /// <param name="term">The tensor to add, broadcast to the shape of <paramref name="sum"/>.</param>
    /// <returns><paramref name="sum"/>.</returns>
    public static Tensor AddInPlace(this Tensor sum, Tensor term) => sum.add_(term, One);
}
