using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>
/// Softmax losses (one correct class per row) on spans: <c>L = Σ_i α_i y_i L(t_i)</c> with <c>t_i = x_i - log Σ_{j≠i} exp x_j</c>, for
/// which <c>σ(t_i)</c> is the softmax probability <c>p_i</c>. This gives every binary loss a softmax form: <see cref="CrossEntropy"/>
/// becomes softmax cross entropy, <see cref="FocalLoss"/> softmax focal loss, <c>-Σ_i α_i y_i (1 - p_i)^γ log p_i</c>. 1 - p is never
/// computed by subtraction, so value and gradient are finite for all finite logits.
/// </summary>
/// <remarks>The α of the loss itself applies to every class; <see cref="LossOptions.ClassAlpha"/> replaces it.</remarks>
public static unsafe class SoftmaxLoss
{
    /// <summary>Computes the loss of rows with class labels.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">Logits [rows, classes], finite.</param>
    /// <param name="labels">Labels [rows]: a class index (after adding <see cref="LossOptions.LabelOffset"/>), or an ignored label.</param>
    /// <param name="classes">Number of classes, 2 or more, including the background.</param>
    /// <param name="gradient">
    /// Receives the gradient of the returned value with respect to the logits, [rows, classes]. Must not overlap the inputs.
    /// </param>
    /// <param name="options">Reduction, weights and other options.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, the gradient overlaps an input, a label is invalid, a logit or a weight makes the
    /// loss NaN or infinite (the message names the first that is not finite, see <see cref="LossOptions.AllowsNonFinite"/>), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes,
        Span<T> gradient, LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Output(logits.Length, gradient, logits, labels);
        fixed (T* to = gradient)
            return Run<TLoss, NoAdjustment, T>(loss, default, logits, labels, [], classes, to, null, options);
    }

    /// <summary>
    /// Computes the loss of rows with soft targets: a probability per class. The loss of a row is the sum over the classes of target · α · L(t), with t as in
    /// <see cref="SoftmaxLoss"/>.
    /// </summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">Logits [rows, classes], finite.</param>
    /// <param name="targets">Targets [rows, classes], each in [0, 1].</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="gradient">
    /// Receives the gradient of the returned value with respect to the logits, [rows, classes]. Must not overlap the inputs.
    /// </param>
    /// <param name="options">Reduction, weights and other options.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, the gradient overlaps an input, a target is not in [0, 1], a logit or a weight makes the
    /// loss NaN or infinite (the message names the first that is not finite, see <see cref="LossOptions.AllowsNonFinite"/>), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, int classes,
        Span<T> gradient, LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Output(logits.Length, gradient, logits, targets);
        LossCheck.Targets(logits.Length, targets.Length);
        fixed (T* to = gradient)
            return Run<TLoss, NoAdjustment, T>(loss, default, logits, [], targets, classes, to, null, options);
    }

    /// <summary>Computes the loss of each row, without reduction and normalizer.</summary>
    /// <typeparam name="TLoss">The type of the binary loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">Logits [rows, classes], finite.</param>
    /// <param name="labels">Labels [rows]: a class index (after adding <see cref="LossOptions.LabelOffset"/>), or an ignored label.</param>
    /// <param name="classes">Number of classes, 2 or more, including the background.</param>
    /// <param name="values">Receives the losses, [rows]; 0 for ignored rows. Must not overlap the inputs.</param>
    /// <param name="options">Weights and other options.</param>
    /// <exception cref="ArgumentException">As for <see cref="Evaluate{TLoss, T}(TLoss, ReadOnlySpan{T}, ReadOnlySpan{int}, int, Span{T}, LossOptions)"/>.</exception>
    public static void RowValues<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes, Span<float> values,
        LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Output(labels.Length, values, logits, labels);
        fixed (float* sums = values)
            Run<TLoss, NoAdjustment, T>(loss, default, logits, labels, [], classes, null, sums, options);
    }

    /// <summary>Checks the arguments and runs the loops. There are either labels or targets; gradient and sums may be null.</summary>
    internal static double Run<TLoss, TAdjustment, T>(TLoss loss, TAdjustment adjustment, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels,
        ReadOnlySpan<float> targets, int classes, T* gradient, float* sums, LossOptions options)
        where TLoss : struct, IBinaryLoss where TAdjustment : struct, ILogitAdjustment where T : unmanaged
    {
        LossCheck.Type<T>();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        var rows = targets.IsEmpty ? labels.Length : logits.Length / classes;
        LossCheck.Rows(logits.Length, rows, classes);
        options.Validate();
        LossCheck.ClassAlpha(options.ClassAlpha, classes);
        if (!options.Weights.IsEmpty && options.Weights.Length != rows)
            throw new ArgumentException($"{rows} rows need as many weights, but there are {options.Weights.Length}", nameof(options.Weights));
        if (options.IgnoreTarget is not null)
            throw new ArgumentException($"only {nameof(SigmoidLoss)} supports an ignored target", nameof(options.IgnoreTarget));
        if (!TAdjustment.IsNone && options.Smoothing != 0)
            throw new ArgumentException("this loss has no label smoothing", nameof(options.Smoothing));
        var scale = 1 / (options.Divisor * Count(rows, labels, targets, classes, options));
        fixed (T* from = logits)
        fixed (int* label = labels)
        fixed (float* target = targets, alpha = options.ClassAlpha, weight = options.Weights)
        {
            var work = new SoftmaxWork<TLoss, TAdjustment, T>
            {
                Loss = loss,
                Adjustment = adjustment,
                Logits = from,
                Rows = rows,
                Classes = classes,
                Labels = label,
                IgnoreLabel = options.IgnoreLabel,
                LabelOffset = options.LabelOffset,
                Targets = target,
                Smoothing = options.Smoothing,
                ClassAlpha = alpha,
                RowWeights = weight,
                Scale = scale,
                Gradient = gradient,
                RowSums = sums,
            };
            var sum = ChunkSum.Run(work, work.Chunks, options.ThreadCount);
            if (!options.AllowsNonFinite)
                LossCheck.Finite(sum, logits, targets, options.Weights);
            return scale * sum;
        }
    }

    private static double Count(int rows, ReadOnlySpan<int> labels, ReadOnlySpan<float> targets, int classes, LossOptions options)
    {
        if (options.Reduction == Reduction.Sum)
            return 1;
        var (count, positives) = (0L, 0.0);
        for (var row = 0; row < rows; row++)
        {
            if (targets.IsEmpty && (labels[row] == SigmoidLoss.Ignore || labels[row] == options.IgnoreLabel))
                continue;
            count++;
            positives += targets.IsEmpty ? labels[row] + options.LabelOffset == 0 ? 0 : 1 : 1 - targets[row * classes];
        }

        return Math.Max(1, options.Reduction == Reduction.Mean ? count : positives);
    }
}
