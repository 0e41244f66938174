using System.Buffers;
using System.Runtime.Intrinsics;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Sigmoid losses (independent binary losses) on spans: value and gradient in one pass over memory. Float and <see cref="BFloat16"/> logits
/// are computed in fp32, double logits in fp64. Sums are in double and do not depend on the number of threads.
/// </summary>
public static unsafe class SigmoidLoss
{
    /// <summary>The label of a background anchor.</summary>
    public const int Background = -1;

    /// <summary>The label of an ignored anchor, whose loss and gradient are 0.</summary>
    public const int Ignore = -2;

    /// <summary>Computes a detector's classification loss over all anchors and classes, where each anchor has at most one class.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The binary loss, applied to every logit.</param>
    /// <param name="logits">Logits [anchors, classes], finite.</param>
    /// <param name="labels">Labels [anchors]: a class index, <see cref="Background"/>, or <see cref="Ignore"/>.</param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="gradient">
    /// Receives the gradient of the returned value with respect to the logits, [anchors, classes]. Must not overlap the inputs.
    /// </param>
    /// <param name="options">Reduction, weights and other options.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, the gradient overlaps an input, a label is invalid, a logit or a weight is not finite (the message names
    /// it), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes,
        Span<T> gradient, LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        CheckLabels(logits, labels, classes);
        LossCheck.Output(logits.Length, gradient, logits, labels);
        return Evaluate(loss, logits, labels, [], classes, Count(labels, classes, options), gradient, LossOutput.Gradient, [], options);
    }

    /// <summary>
    /// Computes the loss for dense targets: the sum of <c>y α L(x) + (1 - y) (1 - α) L(-x)</c>. A soft target y gives the expected loss.
    /// </summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The binary loss, applied to every logit.</param>
    /// <param name="logits">Logits [n], finite; with <see cref="LossOptions.ClassAlpha"/> [rows, classes].</param>
    /// <param name="targets">Targets [n], in [0, 1].</param>
    /// <param name="gradient">
    /// Receives the gradient of the returned value with respect to the logits, [n]. Must not overlap the inputs.
    /// </param>
    /// <param name="options">Reduction, weights and other options.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths differ, the gradient overlaps an input, a target is not in [0, 1], a logit or a weight is not finite (the message names
    /// it), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, Span<T> gradient,
        LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        var classes = CheckTargets(logits, targets, options);
        LossCheck.Output(logits.Length, gradient, logits, targets);
        return Evaluate(loss, logits, [], targets, classes, Count(targets, options), gradient, LossOutput.Gradient, [], options);
    }

    /// <summary>Computes the loss of every logit, without reduction and normalizer.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TValue">double for double logits, otherwise float.</typeparam>
    /// <param name="loss">The binary loss, applied to every logit.</param>
    /// <param name="logits">Logits [n], finite; with <see cref="LossOptions.ClassAlpha"/> [rows, classes].</param>
    /// <param name="targets">Targets [n], in [0, 1].</param>
    /// <param name="values">Receives the losses, [n]. Must not overlap the inputs.</param>
    /// <param name="options">Weights and other options.</param>
    /// <exception cref="ArgumentException">As for <see cref="Evaluate{TLoss, T}(TLoss, ReadOnlySpan{T}, ReadOnlySpan{float}, Span{T}, LossOptions)"/>.</exception>
    public static void Values<TLoss, T, TValue>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, Span<TValue> values,
        LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged where TValue : unmanaged
    {
        var classes = CheckTargets(logits, targets, options);
        if (typeof(TValue) != (typeof(T) == typeof(double) ? typeof(double) : typeof(float)))
            throw new NotSupportedException($"values of {typeof(T).Name} logits must be {(typeof(T) == typeof(double) ? "double" : "float")}, not {typeof(TValue).Name}");
        LossCheck.Output(logits.Length, values, logits, targets);
        Evaluate(loss, logits, [], targets, classes, Count(targets, options), values, LossOutput.Values, [], options);
    }

    /// <summary>Computes the loss of each anchor, summed over its classes, without reduction and normalizer.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The binary loss, applied to every logit.</param>
    /// <param name="logits">Logits [anchors, classes], finite.</param>
    /// <param name="labels">Labels [anchors]: a class index, <see cref="Background"/>, or <see cref="Ignore"/>.</param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="values">Receives the losses, [anchors]; 0 for ignored anchors. Must not overlap the inputs.</param>
    /// <param name="options">Weights and other options.</param>
    /// <exception cref="ArgumentException">As for <see cref="Evaluate{TLoss, T}(TLoss, ReadOnlySpan{T}, ReadOnlySpan{int}, int, Span{T}, LossOptions)"/>.</exception>
    public static void RowValues<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes, Span<float> values,
        LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        CheckLabels(logits, labels, classes);
        LossCheck.Output(labels.Length, values, logits, labels);
        Evaluate(loss, logits, labels, [], classes, Count(labels, classes, options), Span<T>.Empty, LossOutput.None, values, options);
    }

    // Targets are empty if there are labels, and labels are empty if there are targets.
    private static double Evaluate<TLoss, T, TOut>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> targets, int classes,
        double count, Span<TOut> output, LossOutput writes, Span<float> rowSums, LossOptions options)
        where TLoss : struct, IBinaryLoss where T : unmanaged where TOut : unmanaged
    {
        CheckOptions(options, logits.Length / classes, classes);
        var scale = 1 / (options.Divisor * count);
        var alphas = RentRepeated(options.ClassAlpha);
        fixed (T* from = logits)
        fixed (TOut* to = output)
        fixed (int* label = labels)
        fixed (float* target = targets, weight = options.Weights, sums = rowSums, alpha = alphas)
        {
            var byRow = options.Weights.Length != logits.Length;
            var call = new SigmoidCall<TLoss, T, TOut>
            {
                Loss = loss,
                Logits = from,
                Rows = logits.Length / classes,
                Classes = classes,
                Labels = label,
                IgnoreLabel = options.IgnoreLabel,
                Targets = target,
                TargetOptions = new((float)options.Smoothing, options.IgnoreTarget),
                ChunkAlpha = alpha,
                RowWeights = byRow ? weight : null,
                ElementWeights = byRow ? null : weight,
                Scale = scale,
                Output = to,
                Writes = writes,
                RowSums = sums,
            };
            var sum = typeof(T) == typeof(double) ? ChunkSum.Run(new DoubleWork<TLoss, T, TOut>(call), call.Chunks, options.ThreadCount)
                : Vector512.IsHardwareAccelerated ? ChunkSum.Run(new SigmoidWork<TLoss, Lanes512, T, TOut>(call), call.Chunks, options.ThreadCount)
                : Vector256.IsHardwareAccelerated ? ChunkSum.Run(new SigmoidWork<TLoss, Lanes256, T, TOut>(call), call.Chunks, options.ThreadCount)
                : ChunkSum.Run(new SigmoidWork<TLoss, Lanes128, T, TOut>(call), call.Chunks, options.ThreadCount);
            if (alphas.Length > 0)
                ArrayPool<float>.Shared.Return(alphas);
            if (!options.AllowsNonFinite)
                LossCheck.Finite(sum, logits, targets, options.Weights, options.IgnoreTarget);
            return scale * sum;
        }
    }

    private static void CheckLabels<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes) where T : unmanaged
    {
        LossCheck.Type<T>();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        LossCheck.Rows(logits.Length, labels.Length, classes);
    }

    /// <summary>Checks logits and dense targets, and returns the number of classes: one, unless α differs by class.</summary>
    private static int CheckTargets<T>(ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, LossOptions options) where T : unmanaged
    {
        LossCheck.Type<T>();
        LossCheck.Targets(logits.Length, targets.Length);
        var classes = Math.Max(1, options.ClassAlpha.Length);
        return logits.Length % classes == 0
            ? classes
            : throw new ArgumentException($"{logits.Length} logits do not divide into rows of {classes} classes, the number of alphas", nameof(logits));
    }

    /// <summary>
    /// Rents an array with the α of every logit of a chunk, so that a run of logits can begin anywhere and span any number of rows. Returns an
    /// empty array without α.
    /// </summary>
    private static float[] RentRepeated(ReadOnlySpan<float> classAlpha)
    {
        if (classAlpha.IsEmpty)
            return [];
        var repeated = ArrayPool<float>.Shared.Rent(Math.Max(classAlpha.Length, IChunkWork.ChunkSize));
        for (var i = 0; i < repeated.Length; i++)
            repeated[i] = classAlpha[i % classAlpha.Length];
        return repeated;
    }

    private static void CheckOptions(LossOptions options, int rows, int classes)
    {
        options.Validate();
        LossCheck.ClassAlpha(options.ClassAlpha, classes);
        if (!options.Weights.IsEmpty && options.Weights.Length != rows && options.Weights.Length != (long)rows * classes)
            throw new ArgumentException($"{rows} rows of {classes} classes need {rows} or {(long)rows * classes} weights, but there are {options.Weights.Length}", nameof(options.Weights));
        if (options.IgnoreTarget is 0 or 1)
            throw new ArgumentOutOfRangeException(nameof(options.IgnoreTarget), options.IgnoreTarget, "0 and 1 are regular targets");
        if (options.LabelOffset != 0)
            throw new ArgumentException($"only {nameof(SoftmaxLoss)} supports a label offset", nameof(options.LabelOffset));
    }

    private static double Count(ReadOnlySpan<int> labels, int classes, LossOptions options)
    {
        if (options.Reduction == Reduction.Sum)
            return 1;
        var (rows, positives) = (0L, 0L);
        foreach (var label in labels)
        {
            if (label == Ignore || label == options.IgnoreLabel)
                continue;
            rows++;
            positives += label == Background ? 0 : 1;
        }

        return Math.Max(1, options.Reduction == Reduction.Mean ? (double)rows * classes : positives);
    }

    private static double Count(ReadOnlySpan<float> targets, LossOptions options)
    {
        if (options.Reduction == Reduction.Sum || (options.Reduction == Reduction.Mean && options.IgnoreTarget is null))
            return options.Reduction == Reduction.Sum ? 1 : Math.Max(1, targets.Length);
        var (count, positives) = (0L, 0.0);
        foreach (var target in targets)
        {
            if (options.IgnoreTarget?.Equals(target) == true)
                continue;
            count++;
            positives += target;
        }

        return Math.Max(1, options.Reduction == Reduction.Mean ? count : positives);
    }
}
