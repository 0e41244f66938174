using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Sums in place. TorchSharp's <c>add_(Tensor)</c> makes a scalar of 1 in native memory and leaves it to the finalizer: between the activations of a training step
/// it keeps their memory from being joined again, so that a run holds half as much again after some steps.
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
