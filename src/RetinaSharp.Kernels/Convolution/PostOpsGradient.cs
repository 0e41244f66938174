using System.Numerics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Computes the gradients of ReLU and bias in one pass over memory, where LibTorch needs three: mask, multiplication, sum.
/// </summary>
internal static unsafe class PostOpsGradient
{
    // Block size. The partition is fixed and partial sums are added in block order, so the result does not depend on the number of threads.
    private const int BlockBytes = 1 << 17;

    /// <summary>Computes the gradient before ReLU, and the gradient of the bias.</summary>
    /// <param name="gradient">dL/dy [N, C, H, W], channels-last, fp32 or bf16.</param>
    /// <param name="output">The output y of ReLU; null if there is no ReLU. The gradient is 0 where y is 0.</param>
    /// <param name="needsBias">Whether to compute the gradient of the bias.</param>
    /// <returns>
    /// The gradient before ReLU, or <paramref name="gradient"/> itself if there is no ReLU; and the gradient of the bias, fp32 [C], which
    /// is the sum of the former over images and pixels, or null if it is not needed.
    /// </returns>
    public static (Tensor Gradient, Tensor? Bias) Compute(Tensor gradient, Tensor? output, bool needsBias)
    {
        if (output is null && !needsBias)
            return (gradient, null);
        var shape = gradient.shape;
        var (channels, pixels) = ((int)shape[1], shape[0] * shape[2] * shape[3]);
        var size = gradient.dtype == ScalarType.BFloat16 ? 2 : 4;
        var block = Math.Max(1, BlockBytes / (channels * size));
        var blocks = (int)((pixels + block - 1) / block);
        var result = output is null ? gradient : empty_like(gradient);
        var (from, mask, to) = ((nint)TensorMemory.Pointer(gradient), output is null ? 0 : (nint)TensorMemory.Pointer(output), (nint)TensorMemory.Pointer(result));
        using var partial = needsBias ? zeros(blocks, channels) : null;
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
                    // Like LibTorch's threshold_backward: the gradient is 0 where y <= 0; for NaN it is passed through.
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
                    // y <= 0 as an integer comparison. y has passed ReLU, so a value with the sign bit is -0 or NaN.
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
