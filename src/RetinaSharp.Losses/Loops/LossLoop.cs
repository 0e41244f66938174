using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// The one loop over memory that all members, targets, weights and number types share but double. What it computes of a logit
/// depends neither on the logit's place nor on its neighbours. Sums are in double, for losses of many small terms and for those
/// of terms near the end of single.
/// </summary>
/// <typeparam name="TLoss">Member of the family.</typeparam>
/// <typeparam name="TLanes">Width of the vectors.</typeparam>
/// <typeparam name="TIn">Type of the logits: float or <see cref="BFloat16"/>.</typeparam>
/// <typeparam name="TOut">Type of what is written.</typeparam>
internal static unsafe class LossLoop<TLoss, TLanes, TIn, TOut>
    where TLoss : struct, IBinaryLoss
    where TLanes : unmanaged, ILanes<TLanes>
    where TIn : unmanaged
    where TOut : unmanaged
{
    /// <summary>Writes what is wanted of a run of logits, and gives the sum of the losses, which has no scale. NaN: a target is outside of [0, 1].</summary>
    // Compiled at full speed at once, and without a profile, which leaves the exponent that came first fast and others ten times as
    // slow. Not inlined: a caller with a profile spends the compiler's budget on it, and leaves calls in the loop.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static double Run<TTargets, TWeights>(
        in TLoss loss, in TWeights weights, TTargets targets, Softening softening, TIn* logits, nint count, TOut* output, LossOutput writes)
        where TTargets : struct, ITargets where TWeights : struct, IWeights<TWeights>
    {
        TLanes lower = default, upper = default;
        nint i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            Step(loss, weights, targets, softening, Load(logits + i), i, TLanes.Count, out var value, out var gradient);
            if (writes != LossOutput.Nothing)
                Store(writes == LossOutput.Values ? value : gradient, output + i);
            lower = TLanes.AddLower(lower, value);
            upper = TLanes.AddUpper(upper, value);
        }
        var sum = TLanes.SumDoubles(lower) + TLanes.SumDoubles(upper);
        return i == count ? sum : sum + RunEnd(loss, weights, targets, softening, logits, i, count, output, writes);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double RunEnd<TTargets, TWeights>(
        in TLoss loss, in TWeights weights, TTargets targets, Softening softening, TIn* logits, nint start, nint count, TOut* output, LossOutput writes)
        where TTargets : struct, ITargets where TWeights : struct, IWeights<TWeights>
    {
        var left = (int)(count - start);
        var input = stackalloc TIn[TLanes.Count];
        var result = stackalloc TOut[TLanes.Count];
        new Span<TIn>(input, TLanes.Count).Clear();
        new ReadOnlySpan<TIn>(logits + start, left).CopyTo(new Span<TIn>(input, left));
        Step(loss, weights, targets, softening, Load(input), start, left, out var value, out var gradient);
        if (writes != LossOutput.Nothing)
        {
            Store(writes == LossOutput.Values ? value : gradient, result);
            new ReadOnlySpan<TOut>(result, left).CopyTo(new Span<TOut>(output + start, left));
        }

        value &= TLanes.Less(TLanes.Indices, TLanes.Create(left));
        return TLanes.SumDoubles(TLanes.AddUpper(TLanes.AddLower(default, value), value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TTargets, TWeights>(
        in TLoss loss, in TWeights weights, TTargets targets, Softening softening, TLanes x, nint start, nint left, out TLanes value, out TLanes gradient)
        where TTargets : struct, ITargets where TWeights : struct, IWeights<TWeights>
    {
        var y = targets.Load<TLanes>(start, left);
        var positive = TLanes.Equal(y, LaneMath<TLanes>.One);
        if (TTargets.MayBeSoft && (softening.Smoothing != 0 || !TLanes.All(positive | TLanes.Equal(y, default))))
        {
            // Into locals of their own: the address of the others would keep those of the usual path out of registers.
            SoftStep(loss, weights, softening, x, y, start, left, out var softValue, out var softGradient);
            value = softValue;
            gradient = softGradient;
            return;
        }

        weights.Load(start, left, out TLanes positiveWeight, out TLanes negativeWeight);
        weights.Slopes(positiveWeight, negativeWeight, out var positiveSlope, out var negativeSlope);
        loss.Evaluate(TLanes.Select(positive, x, -x), out value, out var derivative);
        value *= TLanes.Select(positive, positiveWeight, negativeWeight);
        gradient = derivative * TLanes.Select(positive, positiveSlope, negativeSlope);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void SoftStep<TWeights>(
        in TLoss loss, in TWeights weights, Softening softening, TLanes x, TLanes y, nint start, nint left, out TLanes value, out TLanes gradient)
        where TWeights : struct, IWeights<TWeights>
    {
        TLanes ignored = default;
        if (softening.Ignored is { } target)
        {
            ignored = float.IsNaN(target) ? IsNaN(y) : TLanes.Equal(y, TLanes.Create(target));
            y = TLanes.Select(ignored, default, y);
        }

        // Not 0 to 1: NaN, of which the caller makes an exception that names the place.
        var isTarget = TLanes.Equal(y, TLanes.Abs(y)) & TLanes.Equal(LaneMath<TLanes>.One - y, TLanes.Abs(LaneMath<TLanes>.One - y));
        y = TLanes.Select(isTarget, y, TLanes.Create(float.NaN));
        y = TLanes.Fma(y, TLanes.Create(1 - softening.Smoothing), TLanes.Create(softening.Smoothing / 2));
        var rest = LaneMath<TLanes>.One - y;
        weights.Load(start, left, out TLanes positiveWeight, out TLanes negativeWeight);
        weights.Slopes(positiveWeight, negativeWeight, out var positiveSlope, out var negativeSlope);
        loss.Evaluate(x, out var positive, out var positiveDerivative);
        loss.Evaluate(-x, out var negative, out var negativeDerivative);
        value = y * (positive * positiveWeight) + rest * (negative * negativeWeight);
        gradient = y * (positiveDerivative * positiveSlope) + rest * (negativeDerivative * negativeSlope);
        value = TLanes.Select(ignored, default, value);
        gradient = TLanes.Select(ignored, default, gradient);
    }

    private static TLanes IsNaN(TLanes y) => TLanes.Select(TLanes.Equal(y, y), default, TLanes.Equal(default(TLanes), default));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Load(TIn* source) =>
        typeof(TIn) == typeof(float) ? TLanes.Load((float*)source) : TLanes.Load((BFloat16*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes value, TOut* target)
    {
        if (typeof(TOut) == typeof(float))
            TLanes.Store(value, (float*)target);
        else
            TLanes.Store(value, (BFloat16*)target);
    }
}
