using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// The vectorized loop over a contiguous run of logits, which all losses, targets, weights and number types except double share. The result
/// for a logit depends neither on its index nor on its neighbors. Sums are in double, to add many small terms accurately and to allow sums
/// beyond the range of fp32.
/// </summary>
/// <typeparam name="TKernel">The kernel of the loss.</typeparam>
/// <typeparam name="TLanes">The vector type.</typeparam>
/// <typeparam name="TIn">Type of the logits, float or <see cref="BFloat16"/>.</typeparam>
/// <typeparam name="TOut">Type of the output, float or <see cref="BFloat16"/>.</typeparam>
internal readonly unsafe struct LossLoop<TKernel, TLanes, TIn, TOut>
    where TKernel : struct, ILossKernel
    where TLanes : unmanaged, ILanes<TLanes>
    where TIn : unmanaged
    where TOut : unmanaged
{
    private readonly TKernel _loss;
    private readonly LossWeights _weights;
    private readonly TargetOptions _targetOptions;
    private readonly float _scale;
    private readonly TIn* _logits;
    private readonly nint _count;
    private readonly TOut* _output;
    private readonly LossOutput _writes;

    /// <summary>Creates a loop over some rows of a call.</summary>
    /// <param name="kernel">The kernel of the loss.</param>
    /// <param name="call">The call.</param>
    /// <param name="row">The first row.</param>
    /// <param name="end">The row after the last. If rows have weights, the next row.</param>
    /// <param name="inChunk">Index of the first logit, from the first logit of the chunk.</param>
    public LossLoop(TKernel kernel, in SigmoidCall<TIn, TOut> call, nint row, nint end, nint inChunk)
    {
        var element = row * call.Classes;
        _loss = kernel;
        _weights = new(
            kernel.Alpha,
            call.ChunkAlpha == null ? null : call.ChunkAlpha + inChunk,
            call.RowWeights == null ? 1 : call.RowWeights[row],
            call.ElementWeights == null ? null : call.ElementWeights + element);
        _targetOptions = call.TargetOptions;
        _scale = (float)call.Scale;
        _logits = call.Logits + element;
        _count = (end - row) * call.Classes;
        _output = call.Output + element;
        _writes = call.Writes;
    }

    /// <summary>Writes 0 as the gradient or the loss of every logit.</summary>
    public void Clear() => new Span<TOut>(_output, _writes == LossOutput.None ? 0 : (int)_count).Clear();

    /// <summary>
    /// Writes the gradient or the loss of every logit, and returns the sum of the losses without scale. The sum is NaN if a target is not in
    /// [0, 1].
    /// </summary>
    /// <param name="targets">The targets of the logits.</param>
    // AggressiveOptimization skips tiered compilation and its profile, which would make the γ that is used first fast and others 10x
    // slower. NoInlining, because in a caller with a profile the inliner runs out of budget and leaves calls in the loop.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public double Run<TTargets>(TTargets targets) where TTargets : struct, ITargets
    {
        // Locals, which the compiler keeps in registers.
        var (loss, weights, targetOptions, count, writes, scale) = (_loss, _weights, _targetOptions, _count, _writes, TLanes.Create(_scale));
        var (logits, output) = ((nint)_logits, (nint)_output);
        TLanes lower = default, upper = default;
        for (nint i = 0; i < count; i += TLanes.Count)
        {
            var left = count - i;
            var x = Load((TIn*)logits + i, left);
            var y = targets.Load<TLanes>(i, left);
            weights.Load(i, left, out TLanes positiveWeight, out TLanes negativeWeight);
            TLanes value, gradient;
            // Compared by type, which the compiler resolves before it inlines: the other branch would use up its budget.
            if (typeof(TTargets) == typeof(BackgroundTargets))
            {
                if (targetOptions.Smoothing != 0)
                {
                    EvaluateSoft(loss, targetOptions, x, y, positiveWeight, negativeWeight, i, out var softValue, out var softGradient);
                    (value, gradient) = (softValue, softGradient);
                }
                else
                {
                    loss.EvaluateBackground(x, negativeWeight, i, out value, out gradient);
                }
            }
            else
            {
                var positive = TLanes.Equal(y, LaneMath<TLanes>.One);
                if (targetOptions.Smoothing != 0 || (TTargets.MayBeSoft && !TLanes.All(positive | TLanes.Equal(y, default))))
                {
                    // Separate locals: taking the address of value and gradient would keep them out of registers on the common path.
                    EvaluateSoft(loss, targetOptions, x, y, positiveWeight, negativeWeight, i, out var softValue, out var softGradient);
                    (value, gradient) = (softValue, softGradient);
                }
                else
                {
                    loss.EvaluateHard(x, positive, positiveWeight, negativeWeight, i, out value, out gradient);
                }
            }

            if (left < TLanes.Count)
                value &= TLanes.Less(TLanes.Indices, TLanes.Create(left));
            if (writes != LossOutput.None)
                Store(writes == LossOutput.Values ? value : gradient * scale, (TOut*)output + i, left);
            lower = TLanes.AddLower(lower, value);
            upper = TLanes.AddUpper(upper, value);
        }

        return TLanes.SumDoubles(lower) + TLanes.SumDoubles(upper);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void EvaluateSoft(
        in TKernel loss, TargetOptions targetOptions, TLanes x, TLanes y, TLanes positiveWeight, TLanes negativeWeight, nint index,
        out TLanes value, out TLanes gradient)
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
        loss.EvaluateSoft(x, y, positiveWeight, negativeWeight, index, out value, out gradient);
        value = TLanes.Select(ignored, default, value);
        gradient = TLanes.Select(ignored, default, gradient);
    }

    private static TLanes IsNaN(TLanes y) => TLanes.Select(TLanes.Equal(y, y), default, TLanes.Equal(default(TLanes), default));

    /// <summary>Loads logits; if fewer than a vector are left, the remaining lanes are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Load(TIn* source, nint left) => left < TLanes.Count ? LoadEnd(source, (int)left)
        : typeof(TIn) == typeof(float) ? TLanes.Load((float*)source)
        : TLanes.Load((BFloat16*)source);

    private static TLanes LoadEnd(TIn* source, int left)
    {
        var padded = stackalloc TIn[TLanes.Count];
        new ReadOnlySpan<TIn>(source, left).CopyTo(new Span<TIn>(padded, TLanes.Count));
        return Load(padded, TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TLanes value, TOut* target, nint left)
    {
        if (left < TLanes.Count)
            StoreEnd(value, target, (int)left);
        else if (typeof(TOut) == typeof(float))
            TLanes.Store(value, (float*)target);
        else
            TLanes.Store(value, (BFloat16*)target);
    }

    private static void StoreEnd(TLanes value, TOut* target, int left)
    {
        var all = stackalloc TOut[TLanes.Count];
        Store(value, all, TLanes.Count);
        new ReadOnlySpan<TOut>(all, left).CopyTo(new Span<TOut>(target, left));
    }
}
