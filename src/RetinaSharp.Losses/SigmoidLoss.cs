using System.Runtime.Intrinsics;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Losses of independent logits on spans: value and gradient in one pass over memory, computed in single whatever the
/// logits are stored in, summed in double. The sum does not depend on the number of threads. A NaN among the logits comes
/// out as NaN.
/// </summary>
public static unsafe class SigmoidLoss
{
    /// <summary>The label of an anchor that is background.</summary>
    public const int Background = -1;

    /// <summary>The label of an anchor that has no part in the loss.</summary>
    public const int Ignore = -2;

    /// <summary>The detector's loss: <c>scale · Σ L</c> over all anchors and classes, each anchor with at most one class.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <param name="loss">The loss of one logit.</param>
    /// <param name="logits">[anchors, classes].</param>
    /// <param name="labels">[anchors]: a class from 0, <see cref="Background"/>, or <see cref="Ignore"/>, whose gradient is 0.</param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="scale">Factor of loss and gradient, as one over the number of positive anchors.</param>
    /// <param name="gradient">[anchors, classes]: gets <c>scale · dL/dx</c>. Shares no memory with the others.</param>
    /// <param name="threads">Most threads to use; 0 is one for each processor.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, the gradient overlaps the logits, or a label is no class.</exception>
    public static double Evaluate<TLoss>(TLoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes,
        float scale, Span<float> gradient, int threads = 0) where TLoss : struct, IBinaryLoss =>
        Labelled(loss, logits, labels, classes, scale, gradient, threads);

    /// <inheritdoc cref="Evaluate{TLoss}(TLoss, ReadOnlySpan{float}, ReadOnlySpan{int}, int, float, Span{float}, int)"/>
    public static double Evaluate<TLoss>(TLoss loss, ReadOnlySpan<BFloat16> logits, ReadOnlySpan<int> labels, int classes,
        float scale, Span<BFloat16> gradient, int threads = 0) where TLoss : struct, IBinaryLoss =>
        Labelled(loss, logits, labels, classes, scale, gradient, threads);

    /// <summary>
    /// The loss for a target of every logit: <c>scale · Σ y α L(x) + (1 - y) (1 - α) L(-x)</c>. A target between 0 and 1 is the
    /// chance of a positive, and the loss is the expected one.
    /// </summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <param name="loss">The loss of one logit.</param>
    /// <param name="logits">Any number of logits.</param>
    /// <param name="targets">As many targets, in [0, 1].</param>
    /// <param name="scale">Factor of loss and gradient.</param>
    /// <param name="gradient">As many: gets <c>scale · dL/dx</c>. Shares no memory with the others.</param>
    /// <param name="threads">Most threads to use; 0 is one for each processor.</param>
    /// <exception cref="ArgumentException">The lengths differ, the gradient overlaps an input, or a target is outside of [0, 1].</exception>
    public static double Evaluate<TLoss>(TLoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, float scale,
        Span<float> gradient, int threads = 0) where TLoss : struct, IBinaryLoss =>
        scale * Dense(loss, logits, targets, scale, gradient, threads, writesValues: false);

    /// <inheritdoc cref="Evaluate{TLoss}(TLoss, ReadOnlySpan{float}, ReadOnlySpan{float}, float, Span{float}, int)"/>
    public static double Evaluate<TLoss>(TLoss loss, ReadOnlySpan<BFloat16> logits, ReadOnlySpan<float> targets, float scale,
        Span<BFloat16> gradient, int threads = 0) where TLoss : struct, IBinaryLoss =>
        scale * Dense(loss, logits, targets, scale, gradient, threads, writesValues: false);

    /// <summary>The loss of every logit by itself, without reduction.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <param name="loss">The loss of one logit.</param>
    /// <param name="logits">Any number of logits.</param>
    /// <param name="targets">As many targets, in [0, 1].</param>
    /// <param name="values">As many: gets the losses. Shares no memory with the others.</param>
    /// <param name="threads">Most threads to use; 0 is one for each processor.</param>
    /// <exception cref="ArgumentException">The lengths differ, the values overlap an input, or a target is outside of [0, 1].</exception>
    public static void Values<TLoss>(TLoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, Span<float> values,
        int threads = 0) where TLoss : struct, IBinaryLoss =>
        Dense(loss, logits, targets, 1, values, threads, writesValues: true);

    /// <inheritdoc cref="Values{TLoss}(TLoss, ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float}, int)"/>
    public static void Values<TLoss>(TLoss loss, ReadOnlySpan<BFloat16> logits, ReadOnlySpan<float> targets, Span<float> values,
        int threads = 0) where TLoss : struct, IBinaryLoss =>
        Dense(loss, logits, targets, 1, values, threads, writesValues: true);

    private static double Labelled<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes,
        float scale, Span<T> gradient, int threads) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (logits.Length != (long)labels.Length * classes)
            throw new ArgumentException($"{labels.Length} labels and {classes} classes need {(long)labels.Length * classes} logits, not {logits.Length}", nameof(logits));
        CheckOutput(logits.Length, gradient, logits, labels, nameof(gradient));
        threads = Threads(threads);
        return scale * (Vector512.IsHardwareAccelerated ? On<Lanes512>(logits, labels, gradient)
            : Vector256.IsHardwareAccelerated ? On<Lanes256>(logits, labels, gradient)
            : On<Lanes128>(logits, labels, gradient));

        double On<TLanes>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, Span<T> gradient) where TLanes : unmanaged, ILanes<TLanes>
        {
            fixed (T* from = logits, to = gradient)
            fixed (int* label = labels)
            {
                var work = new LabelledWork<TLoss, TLanes, T>
                {
                    Loss = loss,
                    Weights = new(loss.Alpha, scale),
                    Logits = from,
                    Labels = label,
                    Gradient = to,
                    Rows = labels.Length,
                    Classes = classes,
                };
                return ChunkRunner<LabelledWork<TLoss, TLanes, T>>.Sum(work, work.Chunks, threads);
            }
        }
    }

    private static double Dense<TLoss, TIn, TOut>(TLoss loss, ReadOnlySpan<TIn> logits, ReadOnlySpan<float> targets, float scale,
        Span<TOut> output, int threads, bool writesValues) where TLoss : struct, IBinaryLoss where TIn : unmanaged where TOut : unmanaged
    {
        if (targets.Length != logits.Length)
            throw new ArgumentException($"{logits.Length} logits need as many targets, not {targets.Length}", nameof(targets));
        CheckOutput(logits.Length, output, logits, targets, writesValues ? "values" : "gradient");
        threads = Threads(threads);
        return Vector512.IsHardwareAccelerated ? On<Lanes512>(logits, targets, output)
            : Vector256.IsHardwareAccelerated ? On<Lanes256>(logits, targets, output)
            : On<Lanes128>(logits, targets, output);

        double On<TLanes>(ReadOnlySpan<TIn> logits, ReadOnlySpan<float> targets, Span<TOut> output) where TLanes : unmanaged, ILanes<TLanes>
        {
            fixed (TIn* from = logits)
            fixed (TOut* to = output)
            fixed (float* target = targets)
            {
                var work = new DenseWork<TLoss, TLanes, TIn, TOut>
                {
                    Loss = loss,
                    Weights = new(loss.Alpha, scale),
                    Logits = from,
                    Targets = target,
                    Output = to,
                    Count = logits.Length,
                    WritesValues = writesValues,
                };
                return ChunkRunner<DenseWork<TLoss, TLanes, TIn, TOut>>.Sum(work, work.Chunks, threads);
            }
        }
    }

    private static void CheckOutput<TOut, TIn, TTarget>(
        int count, Span<TOut> output, ReadOnlySpan<TIn> logits, ReadOnlySpan<TTarget> targets, string name)
        where TOut : unmanaged where TIn : unmanaged where TTarget : unmanaged
    {
        if (output.Length != count)
            throw new ArgumentException($"{count} logits need {count} {name}, not {output.Length}", name);
        if (Overlap(output, logits) || Overlap(output, targets))
            throw new ArgumentException("shares memory with an input", name);
    }

    // By address: a count of bytes could exceed what a span holds.
    private static bool Overlap<TOut, TIn>(Span<TOut> output, ReadOnlySpan<TIn> input) where TOut : unmanaged where TIn : unmanaged
    {
        fixed (TOut* to = output)
        fixed (TIn* from = input)
            return (void*)to < from + input.Length && (void*)from < to + output.Length;
    }

    private static int Threads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        return threads == 0 ? Environment.ProcessorCount : threads;
    }
}
