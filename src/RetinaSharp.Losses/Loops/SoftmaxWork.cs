using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// Evaluates rows of logits with one correct class each. The log-sum-exp of a row is vectorized, relative to the maximum of the other
/// classes; the loss is one number per row and computed in double. Soft targets and fp64 logits are evaluated in scalar code.
/// </summary>
internal unsafe struct SoftmaxWork<TLoss, TAdjustment, T> : IChunkWork
    where TLoss : struct, IBinaryLoss where TAdjustment : struct, ILogitAdjustment where T : unmanaged
{
    public TLoss Loss;
    public TAdjustment Adjustment;
    public T* Logits;
    public int Rows;
    public int Classes;
    public int* Labels;
    public int IgnoreLabel;
    public int LabelOffset;

    /// <summary>A target per logit; null if there are labels.</summary>
    public float* Targets;
    public double Smoothing;
    public float* ClassAlpha;
    public float* RowWeights;
    public double Scale;
    public T* Gradient;

    /// <summary>Receives the loss of each row, in place of the gradient, unless null.</summary>
    public float* RowSums;

    public readonly int Chunks => (int)(((long)Rows + RowsPerChunk - 1) / RowsPerChunk);

    private readonly int RowsPerChunk => Math.Max(1, IChunkWork.ChunkSize / Classes);

    private readonly bool IsSoft => typeof(T) == typeof(double) || Targets != null || Smoothing != 0;

    public readonly double Run(int chunk)
    {
        var row = (nint)chunk * RowsPerChunk;
        var end = Math.Min(row + RowsPerChunk, Rows);
        if (IsSoft)
            return RunSoft(row, end);
        return Vector512.IsHardwareAccelerated ? RunHard<Lanes512>(row, end)
            : Vector256.IsHardwareAccelerated ? RunHard<Lanes256>(row, end)
            : RunHard<Lanes128>(row, end);
    }

    // For the reasons see LossLoop.Run.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly double RunHard<TLanes>(nint row, nint end) where TLanes : unmanaged, ILanes<TLanes>
    {
        var padded = (Classes + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        var rented = ArrayPool<float>.Shared.Rent(padded);
        double sum = 0;
        fixed (float* buffer = rented)
        {
            for (; row < end; row++)
            {
                double value = 0;
                if (Class(row) is var label and >= 0)
                    value = RunRow<TLanes>(row, label, buffer, padded);
                else if (Gradient != null)
                    new Span<T>(Gradient + row * Classes, Classes).Clear();
                if (RowSums != null)
                    RowSums[row] = (float)value;
                sum += value;
            }
        }

        ArrayPool<float>.Shared.Return(rented);
        return sum;
    }

    /// <summary>
    /// With correct class i: t is its logit against all others. Returns L(t); the gradient is L'(t) at i and -L'(t) times their softmax at
    /// the others.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly double RunRow<TLanes>(nint row, int label, float* buffer, int padded) where TLanes : unmanaged, ILanes<TLanes>
    {
        Load<TLanes>(Logits + row * Classes, buffer);
        if (!TAdjustment.IsNone)
        {
            ClearPadding(buffer, padded);
            Adjustment.Apply<TLanes>(buffer, padded, label);
        }

        // The correct class and the padding are excluded from the maximum and from the sum.
        var right = buffer[label];
        buffer[label] = float.MinValue;
        ClearPadding(buffer, padded);

        var maximum = TLanes.Create(float.MinValue);
        for (var i = 0; i < padded; i += TLanes.Count)
        {
            var x = TLanes.Load(buffer + i);
            maximum = TLanes.Select(TLanes.Less(x, maximum), maximum, x);
        }

        var max = LaneMath<TLanes>.HorizontalMax(maximum);
        var total = Exponentials<TLanes>(buffer, padded, max, label);
        var weight = Weight(row) * Alpha(label);
        if (weight == 0)
        {
            if (Gradient != null)
                new Span<T>(Gradient + row * Classes, Classes).Clear();
            return 0;
        }

        Loss.Evaluate((TAdjustment.IsNone ? right - (double)max : Adjustment.Scale * (right - (double)max)) - Math.Log(total), out var value, out var derivative);
        if (Gradient != null)
        {
            derivative *= TAdjustment.IsNone ? weight * Scale : weight * Scale * Adjustment.Scale;
            Multiply<TLanes>(buffer, (float)(-derivative / total));
            buffer[label] = (float)derivative;
            Store<TLanes>(buffer, Gradient + row * Classes);
        }

        return weight * value;
    }

    /// <summary>Replaces the buffer by exponentials relative to the maximum, and returns their sum in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly double Exponentials<TLanes>(float* buffer, int padded, float max, int label) where TLanes : unmanaged, ILanes<TLanes>
    {
        // Below this an exponential underflows to 0; the difference may be -infinity.
        var min = TLanes.Create(-104);
        var m = TLanes.Create(max);
        var scale = TLanes.Create((float)Adjustment.Scale);
        TLanes lower = default, upper = default;
        for (var i = 0; i < padded; i += TLanes.Count)
        {
            var x = TLanes.Load(buffer + i);
            var high = x - m;
            // The rounding error of the difference (two-sum), which matters where the difference is large.
            var back = high - x;
            var low = (x - (high - back)) - (m + back);
            if (!TAdjustment.IsNone)
            {
                var scaled = high * scale;
                low = TLanes.Fma(low, scale, TLanes.Fma(high, scale, -scaled));
                high = scaled;
            }

            var isZero = TLanes.Less(high, min);
            var e = LaneMath<TLanes>.Exp(TLanes.Select(isZero, min, high), TLanes.Select(isZero, default, low));
            var isRight = TLanes.Equal(TLanes.Indices, TLanes.Create(label - i));
            e = TLanes.Select(isZero | isRight, default, e) & TLanes.Less(TLanes.Indices, TLanes.Create(Classes - i));
            TLanes.Store(e, buffer + i);
            lower = TLanes.AddLower(lower, e);
            upper = TLanes.AddUpper(upper, e);
        }

        return TLanes.SumDoubles(lower) + TLanes.SumDoubles(upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Multiply<TLanes>(float* buffer, float factor) where TLanes : unmanaged, ILanes<TLanes>
    {
        var factors = TLanes.Create(factor);
        for (var i = 0; i < Classes; i += TLanes.Count)
            TLanes.Store(TLanes.Load(buffer + i) * factors, buffer + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void ClearPadding(float* buffer, int padded)
    {
        for (var i = Classes; i < padded; i++)
            buffer[i] = float.MinValue;
    }

    private readonly double RunSoft(nint row, nint end)
    {
        var rented = ArrayPool<double>.Shared.Rent(SoftmaxRow<TLoss>.Length(Classes));
        double sum = 0;
        for (; row < end; row++)
        {
            double value = 0;
            var label = Targets == null ? Class(row) : 0;
            if (label >= 0)
                value = RunSoftRow(row, label, new(Loss, rented, Classes));
            else if (Gradient != null)
                new Span<T>(Gradient + row * Classes, Classes).Clear();
            if (RowSums != null)
                RowSums[row] = (float)value;
            sum += value;
        }

        ArrayPool<double>.Shared.Return(rented);
        return sum;
    }

    private readonly double RunSoftRow(nint row, int label, SoftmaxRow<TLoss> one)
    {
        var weight = Weight(row);
        for (var i = 0; i < Classes; i++)
        {
            one.Logits[i] = LossCheck.ToDouble(Logits[row * Classes + i]);
            var target = Targets == null ? i == label ? 1 : 0 : Targets[row * Classes + i] is >= 0 and <= 1 and var y ? y : double.NaN;
            one.Weights[i] = weight * Alpha(i) * (target * (1 - Smoothing) + Smoothing / Classes);
        }

        if (!TAdjustment.IsNone)
        {
            Adjustment.Apply(one.Logits, label);
            for (var i = 0; i < Classes; i++)
                one.Logits[i] *= Adjustment.Scale;
        }

        var value = one.Evaluate();
        if (Gradient != null)
            for (var i = 0; i < Classes; i++)
                Store(one.Gradient[i] * (TAdjustment.IsNone ? Scale : Scale * Adjustment.Scale), Gradient + row * Classes + i);
        return value;
    }

    private readonly double Weight(nint row) => RowWeights == null ? 1 : RowWeights[row];

    private readonly double Alpha(int label) => ClassAlpha == null ? Loss.Alpha ?? 1 : ClassAlpha[label];

    /// <summary>Returns the class index of a row, or a negative number if it is ignored.</summary>
    private readonly int Class(nint row)
    {
        var label = Labels[row];
        if (label == SigmoidLoss.Ignore || label == IgnoreLabel)
            return -1;
        var number = (long)label + LabelOffset;
        return number >= 0 && number < Classes
            ? (int)number
            : throw new ArgumentException($"row {row} has label {label}; valid are {-LabelOffset} to {Classes - 1 - LabelOffset}, and {SigmoidLoss.Ignore} (ignored)", "labels");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Load<TLanes>(T* logits, float* buffer) where TLanes : unmanaged, ILanes<TLanes>
    {
        var i = 0;
        for (; i <= Classes - TLanes.Count; i += TLanes.Count)
            TLanes.Store(typeof(T) == typeof(float) ? TLanes.Load((float*)logits + i) : TLanes.Load((BFloat16*)logits + i), buffer + i);
        for (; i < Classes; i++)
            buffer[i] = typeof(T) == typeof(float) ? ((float*)logits)[i] : ((BFloat16*)logits)[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<TLanes>(float* buffer, T* gradient) where TLanes : unmanaged, ILanes<TLanes>
    {
        var i = 0;
        for (; i <= Classes - TLanes.Count; i += TLanes.Count)
        {
            if (typeof(T) == typeof(float))
                TLanes.Store(TLanes.Load(buffer + i), (float*)gradient + i);
            else
                TLanes.Store(TLanes.Load(buffer + i), (BFloat16*)gradient + i);
        }

        for (; i < Classes; i++)
        {
            if (typeof(T) == typeof(float))
                ((float*)gradient)[i] = buffer[i];
            else
                ((BFloat16*)gradient)[i] = (BFloat16)buffer[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(double number, T* target)
    {
        if (typeof(T) == typeof(double))
            *(double*)target = number;
        else if (typeof(T) == typeof(float))
            *(float*)target = (float)number;
        else
            *(BFloat16*)target = (BFloat16)(float)number;
    }
}
