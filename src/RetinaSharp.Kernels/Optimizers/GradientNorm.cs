using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// The global L2 norm of gradients, and the factor that clips the gradients to a maximum norm, with the formulas of
/// <see href="https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html">torch.nn.utils.clip_grad_norm_</see>.
/// </summary>
public static unsafe class GradientNorm
{
    /// <summary>Number of elements of a block of <see cref="SumSquares"/>.</summary>
    public const int BlockElements = ChunkSegment.MaxElements;

    /// <summary>
    /// Computes the norm: the square root of the sum of the squares of all elements, summed in double. On the CPU with
    /// <see cref="FusedKernels"/>, the result does not depend on the number of threads or the CPU model.
    /// </summary>
    /// <param name="gradients">The gradients, fp32 or bf16, of any shape and memory format.</param>
    /// <returns>The norm; not finite if an element is not finite.</returns>
    /// <exception cref="ArgumentException">A gradient is neither fp32 nor bf16.</exception>
    public static double Compute(IReadOnlyList<Tensor> gradients) => Math.Sqrt(SumSquares(gradients).Sum());

    /// <summary>
    /// Computes the sum of the squares of each block of <see cref="BlockElements"/> elements in the order of memory; each gradient starts a new block. If the gradients are
    /// split at multiples of a block, the sums of all parts, one after another, are those of the whole, on the CPU with <see cref="FusedKernels"/>; elsewhere the first block
    /// of a gradient has the sum of all of it.
    /// </summary>
    /// <param name="gradients">The gradients, fp32 or bf16, of any shape and memory format.</param>
    /// <exception cref="ArgumentException">A gradient is neither fp32 nor bf16.</exception>
    public static double[] SumSquares(IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        foreach (var gradient in gradients)
        {
            if (gradient.dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
                throw new ArgumentException($"A gradient is {TensorMemory.Describe(gradient)}, not fp32 or bf16.", nameof(gradients));
        }

        if (gradients.Count == 0)
            return [];
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        // Index of the first block of each gradient, and the number of all blocks.
        var first = new int[gradients.Count + 1];
        for (var i = 0; i < gradients.Count; i++)
            first[i + 1] = first[i] + (int)((gradients[i].NumberOfElements + BlockElements - 1) / BlockElements);
        var sums = new double[first[^1]];
        if (FusedKernels.AreEnabled && gradients.All(gradient => gradient.device_type == DeviceType.CPU))
            SumFused(gradients, first, sums);
        else
            SumByOperators(gradients, first, sums);
        return sums;
    }

    /// <summary>
    /// Computes the factor for <see cref="Optimizer.Step"/> that scales the gradients to a norm of at most <paramref name="max"/>.
    /// </summary>
    /// <param name="norm">The norm of the gradients, from <see cref="Compute"/>.</param>
    /// <param name="max">The maximum norm.</param>
    /// <returns><c>max / (norm + 1e-6)</c> if the norm is finite and exceeds the maximum, otherwise 1.</returns>
    public static double ClipFactor(double norm, double max) => norm > max && double.IsFinite(norm) ? max / (norm + 1e-6) : 1;

    private static void SumFused(IReadOnlyList<Tensor> gradients, int[] first, double[] sums)
    {
        var dense = gradients.Select(gradient => DenseLayout.IsDense(gradient) ? gradient : gradient.contiguous()).ToArray();
        var addresses = Array.ConvertAll(dense, tensor => (nint)TensorMemory.Pointer(tensor));
        var areBFloat16 = Array.ConvertAll(dense, tensor => tensor.dtype == ScalarType.BFloat16);
        var chunks = ChunkSegment.Partition(dense.Select((tensor, i) => (i, tensor.NumberOfElements)));
        ParallelFor.Run(chunks.Length, chunk =>
        {
            foreach (var (tensor, start, count) in chunks[chunk])
            {
                sums[first[tensor] + (start / BlockElements)] =
                    UpdateKernels.SumOfSquares((byte*)addresses[tensor] + (start * (areBFloat16[tensor] ? 2 : 4)), areBFloat16[tensor], count);
            }
        });
        GC.KeepAlive(dense);
    }

    private static void SumByOperators(IReadOnlyList<Tensor> gradients, int[] first, double[] sums)
    {
        // A single transfer from the device instead of one per tensor.
        using var all = stack(gradients.Select(gradient =>
        {
            var wide = gradient.to(ScalarType.Float32);
            return (wide * wide).sum(ScalarType.Float64);
        })).cpu();
        foreach (var (i, sum) in all.data<double>().ToArray().Index())
            if (first[i] < first[i + 1])
                sums[first[i]] = sum;
    }
}
