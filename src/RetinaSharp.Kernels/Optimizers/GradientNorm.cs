using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// The global L2 norm of gradients, and the factor that clips the gradients to a maximum norm, with the formulas of
/// <see href="https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html">torch.nn.utils.clip_grad_norm_</see>.
/// </summary>
public static unsafe class GradientNorm
{
    /// <summary>
    /// Computes the norm: the square root of the sum of the squares of all elements, summed in double. On the CPU with
    /// <see cref="FusedKernels"/>, the result does not depend on the number of threads or the CPU model.
    /// </summary>
    /// <param name="gradients">The gradients, fp32 or bf16, of any shape and memory format.</param>
    /// <returns>The norm; not finite if an element is not finite.</returns>
    /// <exception cref="ArgumentException">A gradient is neither fp32 nor bf16.</exception>
    public static double Compute(IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        foreach (var gradient in gradients)
        {
            if (gradient.dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
                throw new ArgumentException($"A gradient is {TensorMemory.Describe(gradient)}, not fp32 or bf16.", nameof(gradients));
        }

        if (gradients.Count == 0)
            return 0;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return FusedKernels.AreEnabled && gradients.All(gradient => gradient.device_type == DeviceType.CPU) ? ComputeFused(gradients) : ComputeByOperators(gradients);
    }

    /// <summary>
    /// Computes the factor for <see cref="Optimizer.Step"/> that scales the gradients to a norm of at most <paramref name="max"/>.
    /// </summary>
    /// <param name="norm">The norm of the gradients, from <see cref="Compute"/>.</param>
    /// <param name="max">The maximum norm.</param>
    /// <returns><c>max / (norm + 1e-6)</c> if the norm is finite and exceeds the maximum, otherwise 1.</returns>
    public static double ClipFactor(double norm, double max) => norm > max && double.IsFinite(norm) ? max / (norm + 1e-6) : 1;

    private static double ComputeFused(IReadOnlyList<Tensor> gradients)
    {
        var dense = gradients.Select(gradient => DenseLayout.IsDense(gradient) ? gradient : gradient.contiguous()).ToArray();
        var addresses = Array.ConvertAll(dense, tensor => (nint)TensorMemory.Pointer(tensor));
        var areBFloat16 = Array.ConvertAll(dense, tensor => tensor.dtype == ScalarType.BFloat16);
        var chunks = ChunkSegment.Partition(dense.Select((tensor, i) => (i, tensor.NumberOfElements)));
        var sums = new double[chunks.Length];
        ParallelFor.Run(chunks.Length, chunk =>
        {
            foreach (var (tensor, start, count) in chunks[chunk])
                sums[chunk] += UpdateKernels.SumOfSquares((byte*)addresses[tensor] + (start * (areBFloat16[tensor] ? 2 : 4)), areBFloat16[tensor], count);
        });
        GC.KeepAlive(dense);
        return Math.Sqrt(sums.Sum());
    }

    private static double ComputeByOperators(IReadOnlyList<Tensor> gradients)
    {
        // A single transfer from the device instead of one per tensor.
        var sums = stack(gradients.Select(gradient =>
        {
            var wide = gradient.to(ScalarType.Float32);
            return (wide * wide).sum(ScalarType.Float64);
        }));
        return Math.Sqrt(sums.sum().item<double>());
    }
}
