using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Vectorized loops of the optimizers over memory: weight update, EMA, sum of squares, and conversion between fp32 and bf16. The results do
/// not depend on the CPU model.
/// </summary>
internal static unsafe class UpdateKernels
{
    // Number of elements that are processed at a time. They take 4 KB in fp32, so gradients converted from bf16, and weights to be
    // converted to bf16, stay in the L1 cache.
    private const int Block = 1024;

    // The bits of the NaN that LibTorch writes.
    private const uint BFloat16NaN = 0x7fc0;

    /// <summary>
    /// Applies the update rule of an optimizer to a range of elements, in one pass: updates weights, optimizer state, EMA and bf16 copy.
    /// </summary>
    [SkipLocalsInit]
    public static void Update<TRule>(TRule rule, in UpdateMemory memory)
        where TRule : struct, IUpdateRule
    {
        var converted = stackalloc float[Block];
        for (var start = 0; start < memory.Count; start += Block)
        {
            var count = Math.Min(Block, memory.Count - start);
            var weights = memory.Weights + start;
            var gradients = (float*)memory.Gradients + start;
            if (memory.AreGradientsBFloat16)
            {
                ToFp32((ushort*)memory.Gradients + start, converted, count);
                gradients = converted;
            }

            var second = TRule.HasSecondState ? memory.SecondState + start : null;
            var averages = memory.Averages == null ? null : memory.Averages + start;
            UpdateBlock(rule, weights, gradients, memory.FirstState + start, second, averages, memory.AverageRate, count);
            if (memory.Bf16Weights != null)
                ToBf16(weights, memory.Bf16Weights + start, count);
        }
    }

    /// <summary>
    /// Updates an EMA: <c>average -= rate (average - weight)</c>. In this form an average that equals its weight does not change, not even
    /// the sign of 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average(float* averages, float* weights, float rate, int count)
    {
        var rates = new Vector<float>(rate);
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store(Average(Vector.Load(averages + i), Vector.Load(weights + i), rates), averages + i);
        for (; i < count; i++)
            averages[i] -= rate * (averages[i] - weights[i]);
    }

    /// <summary>Computes the sum of the squares of fp32 or bf16 elements, in double.</summary>
    [SkipLocalsInit]
    public static double SumOfSquares(void* elements, bool areBFloat16, int count)
    {
        if (!areBFloat16)
            return SumOfSquares((float*)elements, count);
        var converted = stackalloc float[Block];
        var sum = 0.0;
        for (var start = 0; start < count; start += Block)
        {
            var length = Math.Min(Block, count - start);
            ToFp32((ushort*)elements + start, converted, length);
            sum += SumOfSquares(converted, length);
        }

        return sum;
    }

    /// <summary>Converts bf16 elements to fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToFp32(ushort* from, float* to, int count)
    {
        var i = 0;
        for (; i <= count - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var elements = Vector.Load(from + i);
            Vector.Store(Vector.WidenLower(elements) << 16, (uint*)to + i);
            Vector.Store(Vector.WidenUpper(elements) << 16, (uint*)to + i + Vector<uint>.Count);
        }

        for (; i < count; i++)
            ((uint*)to)[i] = (uint)from[i] << 16;
    }

    /// <summary>Converts fp32 elements to bf16, rounded to nearest, ties to even. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToBf16(float* from, ushort* to, int count)
    {
        var i = 0;
        for (; i <= count - Vector<ushort>.Count; i += Vector<ushort>.Count)
            Vector.Store(Vector.Narrow(RoundToBf16(Vector.Load(from + i)), RoundToBf16(Vector.Load(from + i + Vector<float>.Count))), to + i);
        for (; i < count; i++)
        {
            var bits = ((uint*)from)[i];
            to[i] = (ushort)(float.IsNaN(from[i]) ? BFloat16NaN : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> RoundToBf16(Vector<float> value)
    {
        var bits = Vector.AsVectorUInt32(value);
        var rounded = (bits + new Vector<uint>(0x7fff) + ((bits >>> 16) & Vector<uint>.One)) >>> 16;
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(value, value)), rounded, new(BFloat16NaN));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Average(Vector<float> average, Vector<float> weight, Vector<float> rate) => average - (rate * (average - weight));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpdateBlock<TRule>(TRule rule, float* weights, float* gradients, float* first, float* second, float* averages, float averageRate, int count)
        where TRule : struct, IUpdateRule
    {
        var rates = new Vector<float>(averageRate);
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var weight = Vector.Load(weights + i);
            var firstState = Vector.Load(first + i);
            var secondState = TRule.HasSecondState ? Vector.Load(second + i) : default;
            rule.Apply(ref weight, Vector.Load(gradients + i), ref firstState, ref secondState);
            Vector.Store(weight, weights + i);
            Vector.Store(firstState, first + i);
            if (TRule.HasSecondState)
                Vector.Store(secondState, second + i);
            if (averages != null)
                Vector.Store(Average(Vector.Load(averages + i), weight, rates), averages + i);
        }

        if (i < count)
            UpdateTail(rule, weights + i, gradients + i, first + i, TRule.HasSecondState ? second + i : null, averages == null ? null : averages + i, averageRate, count - i);
    }

    /// <summary>Updates the last elements of a range, fewer than a vector has, as one vector padded with zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UpdateTail<TRule>(TRule rule, float* weights, float* gradients, float* first, float* second, float* averages, float averageRate, int count)
        where TRule : struct, IUpdateRule
    {
        var (weight, firstState, secondState, average) = (LoadPadded(weights, count), LoadPadded(first, count), LoadPadded(second, count), LoadPadded(averages, count));
        rule.Apply(ref weight, LoadPadded(gradients, count), ref firstState, ref secondState);
        average = Average(average, weight, new(averageRate));
        for (var i = 0; i < count; i++)
        {
            (weights[i], first[i]) = (weight[i], firstState[i]);
            if (TRule.HasSecondState)
                second[i] = secondState[i];
            if (averages != null)
                averages[i] = average[i];
        }
    }

    private static Vector<float> LoadPadded(float* elements, int count)
    {
        Span<float> vector = stackalloc float[Vector<float>.Count];
        vector.Clear();
        if (elements != null)
            new ReadOnlySpan<float>(elements, count).CopyTo(vector);
        return new(vector);
    }

    /// <summary>
    /// Computes the sum of squares of fp32 elements in 16 accumulators, whatever the vector width of the CPU. The product of two fp32
    /// numbers is exact in double, so fused multiply-add gives the same bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfSquares(float* elements, int count)
    {
        Vector256<double> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var (x, y) = Vector256.Widen(Vector256.Load(elements + i));
            var (z, w) = Vector256.Widen(Vector256.Load(elements + i + 8));
            a = Vector256.MultiplyAddEstimate(x, x, a);
            b = Vector256.MultiplyAddEstimate(y, y, b);
            c = Vector256.MultiplyAddEstimate(z, z, c);
            d = Vector256.MultiplyAddEstimate(w, w, d);
        }

        var remainder = 0.0;
        for (; i < count; i++)
            remainder += (double)elements[i] * elements[i];
        var sums = a + b + (c + d);
        return sums[0] + sums[1] + (sums[2] + sums[3]) + remainder;
    }
}
