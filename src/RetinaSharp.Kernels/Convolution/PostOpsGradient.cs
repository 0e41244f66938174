using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// The gradient before ReLU, and that of the bias, in one pass over memory. LibTorch takes three: a mask, a product, a sum.
/// </summary>
internal static unsafe class PostOpsGradient
{
    // Pixels of a block. A fixed partition, summed in its order: the bits of a sum do not depend on threads.
    private const int BlockBytes = 1 << 17;

    /// <param name="gradient">dL/dy [N, C, H, W], channels-last, fp32 or bf16.</param>
    /// <param name="output">y, whose zeros have no gradient; null: there is no ReLU.</param>
    /// <param name="wantsBias">Whether the gradient of the bias is wanted.</param>
    /// <returns>The gradient before ReLU, which is <paramref name="gradient"/> itself without one; and its sum over images and pixels, fp32 [C].</returns>
    public static (Tensor Gradient, Tensor? Bias) Compute(Tensor gradient, Tensor? output, bool wantsBias)
    {
        if (output is null && !wantsBias)
            return (gradient, null);
        var shape = gradient.shape;
        var (channels, pixels) = ((int)shape[1], shape[0] * shape[2] * shape[3]);
        var size = gradient.dtype == ScalarType.BFloat16 ? 2 : 4;
        var block = Math.Max(1, BlockBytes / (channels * size));
        var blocks = (int)((pixels + block - 1) / block);
        var result = output is null ? gradient : empty_like(gradient);
        var (from, mask, to) = ((nint)TensorMemory.Pointer(gradient), output is null ? 0 : (nint)TensorMemory.Pointer(output), (nint)TensorMemory.Pointer(result));
        using var partial = wantsBias ? zeros(blocks, channels) : null;
        var sums = partial is null ? 0 : (nint)TensorMemory.Pointer(partial);
        ParallelFor.Run(blocks, i =>
        {
            var (start, count) = ((long)i * block, Math.Min(block, pixels - ((long)i * block)));
            var sum = sums == 0 ? null : (float*)sums + ((long)i * channels);
            var offset = start * channels;
            if (size == 2)
                Bf16((ushort*)from + offset, mask == 0 ? null : (ushort*)mask + offset, (ushort*)to + offset, sum, count, channels);
            else
                Fp32((float*)from + offset, mask == 0 ? null : (float*)mask + offset, (float*)to + offset, sum, count, channels);
        });
        return (result, partial?.sum([0L], type: ScalarType.Float32));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fp32(float* gradient, float* output, float* result, float* sum, long pixels, int channels)
    {
        for (var pixel = 0L; pixel < pixels; pixel++, gradient += channels, result += channels)
        {
            var c = 0;
            for (; c <= channels - Vector<float>.Count; c += Vector<float>.Count)
            {
                var value = *(Vector<float>*)(gradient + c);
                if (output is not null)
                {
                    // As LibTorch's threshold_backward: where y <= 0 the gradient is 0; a NaN lets it pass.
                    value = Vector.ConditionalSelect(Vector.LessThanOrEqual(*(Vector<float>*)(output + c), Vector<float>.Zero), Vector<float>.Zero, value);
                    *(Vector<float>*)(result + c) = value;
                }

                if (sum is not null)
                    *(Vector<float>*)(sum + c) += value;
            }

            for (; c < channels; c++)
            {
                var value = output is not null && output[c] <= 0 ? 0 : gradient[c];
                result[c] = value;
                if (sum is not null)
                    sum[c] += value;
            }

            if (output is not null)
                output += channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Bf16(ushort* gradient, ushort* output, ushort* result, float* sum, long pixels, int channels)
    {
        for (var pixel = 0L; pixel < pixels; pixel++, gradient += channels, result += channels)
        {
            var c = 0;
            for (; c <= channels - Vector<ushort>.Count; c += Vector<ushort>.Count)
            {
                var value = *(Vector<ushort>*)(gradient + c);
                if (output is not null)
                {
                    // y <= 0 as an integer: the sign bit or nothing at all. y has passed ReLU: what is negative is -0, or a NaN with a sign.
                    var isZero = Vector.LessThanOrEqual(Vector.AsVectorInt16(*(Vector<ushort>*)(output + c)), Vector<short>.Zero);
                    value = Vector.AndNot(value, Vector.AsVectorUInt16(isZero));
                    *(Vector<ushort>*)(result + c) = value;
                }

                if (sum is null)
                    continue;
                Vector.Widen(value, out var low, out var high);
                *(Vector<float>*)(sum + c) += Vector.AsVectorSingle(low << 16);
                *(Vector<float>*)(sum + c + Vector<float>.Count) += Vector.AsVectorSingle(high << 16);
            }

            for (; c < channels; c++)
            {
                var value = output is not null && (short)output[c] <= 0 ? (ushort)0 : gradient[c];
                result[c] = value;
                if (sum is not null)
                    sum[c] += BitConverter.UInt32BitsToSingle((uint)value << 16);
            }

            if (output is not null)
                output += channels;
        }
    }
}
