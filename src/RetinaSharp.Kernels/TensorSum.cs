using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Sums in place. TorchSharp's <c>add_(Tensor)</c> makes a scalar of 1 in native memory for each call and leaves it to the finalizer; here it is one for all.
/// </summary>
public static class TensorSum
{
    private static readonly Scalar One = 1;

    /// <summary>Adds a tensor to another, in the memory of the latter.</summary>
    /// <param name="sum">What is added to.</param>
    /// <param name="term">Broadcast to its shape.</param>
    /// <returns><paramref name="sum"/>.</returns>
    public static Tensor AddInPlace(this Tensor sum, Tensor term) => sum.add_(term, One);
}
