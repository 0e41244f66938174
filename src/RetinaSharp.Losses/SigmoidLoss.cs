using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>
/// Losses of independent logits on spans: value and gradient in one pass over memory. Logits are float or <see cref="BFloat16"/>,
/// computed in single, or double, computed in double; sums are in double, and do not depend on the number of threads.
/// </summary>
public static unsafe class SigmoidLoss
{
    /// <summary>The label of an anchor that is background.</summary>
    public const int Background = -1;

    /// <summary>The label of an anchor that has no part in the loss.</summary>
    public const int Ignore = -2;

    /// <summary>The detector's loss, over all anchors and classes, each anchor with at most one class.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <typeparam name="T">float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss of one logit.</param>
    /// <param name="logits">[anchors, classes], finite.</param>
    /// <param name="labels">[anchors]: a class from 0, <see cref="Background"/>, or <see cref="Ignore"/>, whose gradient is 0.</param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="gradient">[anchors, classes]: gets the derivative of the result by each logit. Shares no memory with the others.</param>
    /// <param name="options">Reduction, weights and more.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit, the gradient overlaps an input, a label is no class, a logit or a weight
    /// is not finite (names it), or an option is out of its range.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes,
        Span<T> gradient, LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Output(logits.Length, gradient, logits, labels);
        fixed (T* to = gradient)
            return Labelled(loss, logits, labels, classes, to, null, options);
    }

    /// <summary>
    /// The loss for a target of every logit: the sum of <c>y α L(x) + (1 - y) (1 - α) L(-x)</c>. A target between 0 and 1 is the
    /// chance of a positive, and the loss is the expected one.
    /// </summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <typeparam name="T">float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss of one logit.</param>
    /// <param name="logits">Any number of logits, finite; with α by class [rows, classes].</param>
    /// <param name="targets">As many targets, in [0, 1].</param>
    /// <param name="gradient">As many: gets the derivative of the result by each logit. Shares no memory with the others.</param>
    /// <param name="options">Reduction, weights and more.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">The lengths differ, the gradient overlaps an input, a target is outside of [0, 1], a logit or a
    /// weight is not finite (names it), or an option is out of its range.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, Span<T> gradient,
        LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Type<T>();
        LossCheck.Output(logits.Length, gradient, logits, targets);
        return Dense(loss, logits, targets, gradient, LossOutput.Gradient, options);
    }

    /// <summary>The loss of every logit by itself; reduction and normalizer have no part in it.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <typeparam name="T">float, double or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TValue">double where the logits are, else float.</typeparam>
    /// <param name="loss">The loss of one logit.</param>
    /// <param name="logits">Any number of logits, finite; with α by class [rows, classes].</param>
    /// <param name="targets">As many targets, in [0, 1].</param>
    /// <param name="values">As many: gets the losses. Shares no memory with the others.</param>
    /// <param name="options">Weights and more.</param>
    /// <exception cref="ArgumentException">As for <see cref="Evaluate{TLoss, T}(TLoss, ReadOnlySpan{T}, ReadOnlySpan{float}, Span{T}, LossOptions)"/>.</exception>
    public static void Values<TLoss, T, TValue>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, Span<TValue> values,
        LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged where TValue : unmanaged
    {
        LossCheck.Type<T>();
        if (typeof(TValue) != (typeof(T) == typeof(double) ? typeof(double) : typeof(float)))
            throw new NotSupportedException($"values of {typeof(T).Name} logits are {(typeof(T) == typeof(double) ? "double" : "float")}, not {typeof(TValue).Name}");
        LossCheck.Output(logits.Length, values, logits, targets);
        Dense(loss, logits, targets, values, LossOutput.Values, options);
    }

    /// <summary>The loss of each anchor, summed over its classes; reduction and normalizer have no part in it.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <typeparam name="T">float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss of one logit.</param>
    /// <param name="logits">[anchors, classes], finite.</param>
    /// <param name="labels">[anchors]: a class from 0, <see cref="Background"/>, or <see cref="Ignore"/>.</param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="values">[anchors]: gets the losses, of ignored ones 0. Shares no memory with the others.</param>
    /// <param name="options">Weights and more.</param>
    /// <exception cref="ArgumentException">As for <see cref="Evaluate{TLoss, T}(TLoss, ReadOnlySpan{T}, ReadOnlySpan{int}, int, Span{T}, LossOptions)"/>.</exception>
    public static void RowValues<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes, Span<float> values,
        LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Output(labels.Length, values, logits, labels);
        fixed (float* sums = values)
            Labelled(loss, logits, labels, classes, (T*)null, sums, options);
    }

    private static double Labelled<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes, T* gradient, float* sums,
        LossOptions options) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Type<T>();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        LossCheck.Rows(logits.Length, labels.Length, classes);
        CheckOptions(options, labels.Length, classes);
        var scale = 1 / (options.Divisor * Count(labels, classes, options));
        fixed (T* from = logits)
        fixed (int* label = labels)
        fixed (float* alpha = options.ClassAlpha, weight = options.Weights)
        {
            var byRow = options.Weights.Length != logits.Length;
            var sum = new SigmoidJob<TLoss, T, T>
            {
                Loss = loss,
                Logits = from,
                Rows = labels.Length,
                Classes = classes,
                Labels = label,
                IgnoreLabel = options.IgnoreLabel,
                Softening = new((float)options.Smoothing, null),
                ClassAlpha = alpha,
                RowWeights = byRow ? weight : null,
                ElementWeights = byRow ? null : weight,
                Scale = scale,
                Output = gradient,
                Writes = sums == null ? LossOutput.Gradient : LossOutput.Nothing,
                RowSums = sums,
                Threads = options.ThreadCount,
            }.Run();
            if (!options.AllowsNonFinite)
                LossCheck.Finite(sum, logits, [], options.Weights);
            return scale * sum;
        }
    }

    private static double Dense<TLoss, T, TOut>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, Span<TOut> output, LossOutput writes,
        LossOptions options) where TLoss : struct, IBinaryLoss where T : unmanaged where TOut : unmanaged
    {
        LossCheck.Targets(logits.Length, targets.Length);
        var classes = Math.Max(1, options.ClassAlpha.Length);
        if (logits.Length % classes != 0)
            throw new ArgumentException($"{logits.Length} logits are no rows of {classes} classes, of which alpha is given", nameof(logits));
        CheckOptions(options, logits.Length / classes, classes);
        var scale = 1 / (options.Divisor * Count(targets, options));
        fixed (T* from = logits)
        fixed (TOut* to = output)
        fixed (float* target = targets, alpha = options.ClassAlpha, weight = options.Weights)
        {
            var byRow = options.Weights.Length != logits.Length;
            var sum = new SigmoidJob<TLoss, T, TOut>
            {
                Loss = loss,
                Logits = from,
                Rows = logits.Length / classes,
                Classes = classes,
                Targets = target,
                Softening = new((float)options.Smoothing, options.IgnoreTarget),
                ClassAlpha = alpha,
                RowWeights = byRow ? weight : null,
                ElementWeights = byRow ? null : weight,
                Scale = scale,
                Output = to,
                Writes = writes,
                Threads = options.ThreadCount,
            }.Run();
            if (!options.AllowsNonFinite)
                LossCheck.Finite(sum, logits, targets, options.Weights, options.IgnoreTarget);
            return scale * sum;
        }
    }

    private static void CheckOptions(LossOptions options, int rows, int classes)
    {
        options.Check();
        LossCheck.ClassAlpha(options.ClassAlpha, classes);
        if (!options.Weights.IsEmpty && options.Weights.Length != rows && options.Weights.Length != (long)rows * classes)
            throw new ArgumentException($"{rows} rows of {classes} classes need {rows} or {(long)rows * classes} weights, not {options.Weights.Length}", nameof(options.Weights));
        if (options.IgnoreTarget is 0 or 1)
            throw new ArgumentOutOfRangeException(nameof(options.IgnoreTarget), options.IgnoreTarget, "0 and 1 are targets");
        if (options.LabelOffset != 0)
            throw new ArgumentException($"only {nameof(SoftmaxLoss)} has a use for it", nameof(options.LabelOffset));
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
