using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// The one loop over memory that all members, targets and number types share. What it computes of a logit depends neither
/// on the logit's place nor on its neighbours. Sums are in double, for losses of many small terms and for those of terms
/// near the end of single.
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
    /// <summary>Writes the gradient, or the values, of a run of logits, and gives the sum of the values, which has no scale.</summary>
    public static double Run<TTargets>(
        in TLoss loss, in Weights weights, TTargets targets, TIn* logits, nint count, TOut* output, bool writesValues)
        where TTargets : struct, ITargets
    {
        TLanes lower = default, upper = default;
        nint i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            Step(loss, weights, Load(logits + i), targets.Load<TLanes>(i, TLanes.Count), TTargets.MayBeSoft, out var value, out var gradient);
            Store(writesValues ? value : gradient, output + i);
            lower = TLanes.AddLower(lower, value);
            upper = TLanes.AddUpper(upper, value);
        }
        var sum = TLanes.SumDoubles(lower) + TLanes.SumDoubles(upper);
        return i == count ? sum : sum + RunEnd(loss, weights, targets, logits, i, count, output, writesValues);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double RunEnd<TTargets>(
        in TLoss loss, in Weights weights, TTargets targets, TIn* logits, nint start, nint count, TOut* output, bool writesValues)
        where TTargets : struct, ITargets
    {
        var left = (int)(count - start);
        var input = stackalloc TIn[TLanes.Count];
        var result = stackalloc TOut[TLanes.Count];
        new Span<TIn>(input, TLanes.Count).Clear();
        new ReadOnlySpan<TIn>(logits + start, left).CopyTo(new Span<TIn>(input, left));
        Step(loss, weights, Load(input), targets.Load<TLanes>(start, left), TTargets.MayBeSoft, out var value, out var gradient);
        Store(writesValues ? value : gradient, result);
        new ReadOnlySpan<TOut>(result, left).CopyTo(new Span<TOut>(output + start, left));
        value &= TLanes.Less(TLanes.Indices, TLanes.Create(left));
        return TLanes.SumDoubles(TLanes.AddUpper(TLanes.AddLower(default, value), value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        in TLoss loss, in Weights weights, TLanes x, TLanes y, bool mayBeSoft, out TLanes value, out TLanes gradient)
    {
        var positive = TLanes.Equal(y, LaneMath<TLanes>.One);
        if (mayBeSoft && !TLanes.All(positive | TLanes.Equal(y, default)))
        {
            // Into locals of their own: the address of the others would keep those of the usual path out of registers.
            SoftStep(loss, weights, x, y, out var softValue, out var softGradient);
            value = softValue;
            gradient = softGradient;
            return;
        }
        loss.Evaluate(TLanes.Select(positive, x, -x), out value, out var derivative);
        value *= TLanes.Select(positive, TLanes.Create(weights.Positive), TLanes.Create(weights.Negative));
        gradient = derivative
            * TLanes.Select(positive, TLanes.Create(weights.PositiveSlope), TLanes.Create(weights.NegativeSlope));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SoftStep(in TLoss loss, in Weights weights, TLanes x, TLanes y, out TLanes value, out TLanes gradient)
    {
        var rest = LaneMath<TLanes>.One - y;
        if (!TLanes.All(TLanes.Equal(y, TLanes.Abs(y)) & TLanes.Equal(rest, TLanes.Abs(rest))))
            throw new ArgumentException("a target lies outside of [0, 1]");
        loss.Evaluate(x, out var positive, out var positiveSlope);
        loss.Evaluate(-x, out var negative, out var negativeSlope);
        value = y * (positive * TLanes.Create(weights.Positive)) + rest * (negative * TLanes.Create(weights.Negative));
        gradient = y * (positiveSlope * TLanes.Create(weights.PositiveSlope))
            + rest * (negativeSlope * TLanes.Create(weights.NegativeSlope));
    }

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
