using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>
/// Losses of rows of logits of which one class is right, on spans: <c>L = Σ_i α_i y_i L(t_i)</c> with
/// <c>t_i = x_i - log Σ_{j≠i} exp x_j</c>, the logit of class i's probability <c>p_i = σ(t_i)</c> under the softmax. So every member of
/// the binary family has its softmax form: <see cref="CrossEntropy"/> is softmax cross entropy, <see cref="FocalLoss"/> is softmax
/// focal loss, <c>-Σ_i α_i y_i (1 - p_i)^γ log p_i</c>. Never by <c>1 - p</c>, so that all is finite at every finite logit.
/// </summary>
/// <remarks>The loss's own α weighs every class the same; <see cref="LossOptions.ClassAlpha"/> takes its place.</remarks>
public static unsafe class SoftmaxLoss
{
    /// <summary>The loss of rows whose class is given by its number.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <typeparam name="T">float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">[rows, classes], finite.</param>
    /// <param name="labels">[rows]: a class from 0 (after <see cref="LossOptions.LabelOffset"/>), or one to ignore.</param>
    /// <param name="classes">Number of classes, 2 or more, the background among them.</param>
    /// <param name="gradient">[rows, classes]: gets the derivative of the result by each logit. Shares no memory with the others.</param>
    /// <param name="options">Reduction, weights and more.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit, the gradient overlaps an input, a label is no class, a logit or a weight
    /// is not finite (names it), or an option is out of its range.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes,
        Span<T> gradient, LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Output(logits.Length, gradient, logits, labels);
        fixed (T* to = gradient)
            return Run(loss, logits, labels, [], classes, to, null, options);
    }

    /// <summary>The loss of rows with a share of each class.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <typeparam name="T">float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">[rows, classes], finite.</param>
    /// <param name="targets">[rows, classes], each in [0, 1].</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="gradient">[rows, classes]: gets the derivative of the result by each logit. Shares no memory with the others.</param>
    /// <param name="options">Reduction, weights and more.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit, the gradient overlaps an input, a target is outside of [0, 1], a logit or a
    /// weight is not finite (names it), or an option is out of its range.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, int classes,
        Span<T> gradient, LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Output(logits.Length, gradient, logits, targets);
        LossCheck.Targets(logits.Length, targets.Length);
        fixed (T* to = gradient)
            return Run(loss, logits, [], targets, classes, to, null, options);
    }

    /// <summary>The loss of each row; reduction and normalizer have no part in it.</summary>
    /// <typeparam name="TLoss">Member of the family.</typeparam>
    /// <typeparam name="T">float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">[rows, classes], finite.</param>
    /// <param name="labels">[rows]: a class from 0 (after <see cref="LossOptions.LabelOffset"/>), or one to ignore.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="values">[rows]: gets the losses, of ignored rows 0. Shares no memory with the others.</param>
    /// <param name="options">Weights and more.</param>
    /// <exception cref="ArgumentException">As for <see cref="Evaluate{TLoss, T}(TLoss, ReadOnlySpan{T}, ReadOnlySpan{int}, int, Span{T}, LossOptions)"/>.</exception>
    public static void RowValues<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes, Span<float> values,
        LossOptions options = default) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Output(labels.Length, values, logits, labels);
        fixed (float* sums = values)
            Run(loss, logits, labels, [], classes, (T*)null, sums, options);
    }

    private static double Run<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> targets, int classes,
        T* gradient, float* sums, LossOptions options) where TLoss : struct, IBinaryLoss where T : unmanaged
    {
        LossCheck.Type<T>();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        var rows = targets.IsEmpty ? labels.Length : logits.Length / classes;
        LossCheck.Rows(logits.Length, rows, classes);
        options.Check();
        LossCheck.ClassAlpha(options.ClassAlpha, classes);
        if (!options.Weights.IsEmpty && options.Weights.Length != rows)
            throw new ArgumentException($"{rows} rows need as many weights, not {options.Weights.Length}", nameof(options.Weights));
        if (options.IgnoreTarget is not null)
            throw new ArgumentException($"only {nameof(SigmoidLoss)} has a use for it", nameof(options.IgnoreTarget));
        var scale = 1 / (options.Divisor * Count(rows, labels, targets, classes, options));
        fixed (T* from = logits)
        fixed (int* label = labels)
        fixed (float* target = targets, alpha = options.ClassAlpha, weight = options.Weights)
        {
            var work = new SoftmaxWork<TLoss, T>
            {
                Loss = loss,
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
            var sum = ChunkRunner<SoftmaxWork<TLoss, T>>.Sum(work, work.Chunks, options.ThreadCount);
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
