using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// The vectorized loop that all losses, kinds of targets and weights and number types share, except double. The result for a logit depends
/// neither on its index nor on its neighbors. Sums are in double, to add many small terms accurately and to allow sums beyond the range of
/// fp32.
/// </summary>
/// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
/// <typeparam name="TLanes">The vector type.</typeparam>
/// <typeparam name="TIn">Type of the logits, float or <see cref="BFloat16"/>.</typeparam>
/// <typeparam name="TOut">Type of the output, float or <see cref="BFloat16"/>.</typeparam>
internal static unsafe class LossLoop<TLoss, TLanes, TIn, TOut>
    where TLoss : struct, IBinaryLoss
    where TLanes : unmanaged, ILanes<TLanes>
    where TIn : unmanaged
    where TOut : unmanaged
{
    /// <summary>
    /// Writes the gradient or the losses of a run of logits and returns the sum of the losses, without scale. The sum is NaN if a target is
    /// not in [0, 1].
    /// </summary>
    // AggressiveOptimization skips tiered compilation and its profile, which would make the γ that is used first fast and others 10x
    // slower. NoInlining, because in a caller with a profile the inliner runs out of budget and leaves calls in the loop.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static double Run<TTargets, TWeights>(
        in TLoss loss, in TWeights weights, TTargets targets, TargetOptions targetOptions, TIn* logits, nint count, TOut* output, LossOutput writes)
        where TTargets : struct, ITargets where TWeights : struct, IWeights<TWeights>
    {
        TLanes lower = default, upper = default;
        nint i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            Step(loss, weights, targets, targetOptions, Load(logits + i), i, TLanes.Count, out var value, out var gradient);
            if (writes != LossOutput.None)
                Store(writes == LossOutput.Values ? value : gradient, output + i);
            lower = TLanes.AddLower(lower, value);
            upper = TLanes.AddUpper(upper, value);
        }
        var sum = TLanes.SumDoubles(lower) + TLanes.SumDoubles(upper);
        return i == count ? sum : sum + RunEnd(loss, weights, targets, targetOptions, logits, i, count, output, writes);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double RunEnd<TTargets, TWeights>(
        in TLoss loss, in TWeights weights, TTargets targets, TargetOptions targetOptions, TIn* logits, nint start, nint count, TOut* output, LossOutput writes)
        where TTargets : struct, ITargets where TWeights : struct, IWeights<TWeights>
    {
        var left = (int)(count - start);
        var input = stackalloc TIn[TLanes.Count];
        var result = stackalloc TOut[TLanes.Count];
        new Span<TIn>(input, TLanes.Count).Clear();
        new ReadOnlySpan<TIn>(logits + start, left).CopyTo(new Span<TIn>(input, left));
        Step(loss, weights, targets, targetOptions, Load(input), start, left, out var value, out var gradient);
        if (writes != LossOutput.None)
        {
            Store(writes == LossOutput.Values ? value : gradient, result);
            new ReadOnlySpan<TOut>(result, left).CopyTo(new Span<TOut>(output + start, left));
        }

        value &= TLanes.Less(TLanes.Indices, TLanes.Create(left));
        return TLanes.SumDoubles(TLanes.AddUpper(TLanes.AddLower(default, value), value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TTargets, TWeights>(
        in TLoss loss, in TWeights weights, TTargets targets, TargetOptions targetOptions, TLanes x, nint start, nint left, out TLanes value, out TLanes gradient)
        where TTargets : struct, ITargets where TWeights : struct, IWeights<TWeights>
    {
        var y = targets.Load<TLanes>(start, left);
        var positive = TLanes.Equal(y, LaneMath<TLanes>.One);
        if (TTargets.MayBeSoft && (targetOptions.Smoothing != 0 || !TLanes.All(positive | TLanes.Equal(y, default))))
        {
            // Separate locals: taking the address of value and gradient would keep them out of registers on the common path.
            SoftStep(loss, weights, targetOptions, x, y, start, left, out var softValue, out var softGradient);
            value = softValue;
            gradient = softGradient;
            return;
        }

        weights.Load(start, left, out TLanes positiveWeight, out TLanes negativeWeight);
        weights.DerivativeWeights(positiveWeight, negativeWeight, out var positiveDerivativeWeight, out var negativeDerivativeWeight);
        loss.Evaluate(TLanes.Select(positive, x, -x), out value, out var derivative);
        value *= TLanes.Select(positive, positiveWeight, negativeWeight);
        gradient = derivative * TLanes.Select(positive, positiveDerivativeWeight, negativeDerivativeWeight);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void SoftStep<TWeights>(
        in TLoss loss, in TWeights weights, TargetOptions targetOptions, TLanes x, TLanes y, nint start, nint left, out TLanes value, out TLanes gradient)
        where TWeights : struct, IWeights<TWeights>
    {
        TLanes ignored = default;
        if (targetOptions.Ignored is { } target)
        {
            ignored = float.IsNaN(target) ? IsNaN(y) : TLanes.Equal(y, TLanes.Create(target));
            y = TLanes.Select(ignored, default, y);
        }

        // A target out of [0, 1] becomes NaN; the caller then throws an exception that names its index.
        var isTarget = TLanes.Equal(y, TLanes.Abs(y)) & TLanes.Equal(LaneMath<TLanes>.One - y, TLanes.Abs(LaneMath<TLanes>.One - y));
        y = TLanes.Select(isTarget, y, TLanes.Create(float.NaN));
        y = TLanes.Fma(y, TLanes.Create(1 - targetOptions.Smoothing), TLanes.Create(targetOptions.Smoothing / 2));
        var rest = LaneMath<TLanes>.One - y;
        weights.Load(start, left, out TLanes positiveWeight, out TLanes negativeWeight);
        weights.DerivativeWeights(positiveWeight, negativeWeight, out var positiveDerivativeWeight, out var negativeDerivativeWeight);
        loss.Evaluate(x, out var positive, out var positiveDerivative);
        loss.Evaluate(-x, out var negative, out var negativeDerivative);
        value = y * (positive * positiveWeight) + rest * (negative * negativeWeight);
        gradient = y * (positiveDerivative * positiveDerivativeWeight) + rest * (negativeDerivative * negativeDerivativeWeight);
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
