using RetinaSharp.Losses.Loops;

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
    /// <typeparam name="TLoss">The type of the loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss, applied to every logit.</param>
    /// <param name="logits">Logits [anchors, classes], finite.</param>
    /// <param name="labels">Labels [anchors]: a class index, <see cref="Background"/>, or <see cref="Ignore"/>.</param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="gradient">
    /// Receives the gradient of the returned value with respect to the logits, [anchors, classes]. Must not overlap the inputs.
    /// </param>
    /// <param name="options">Reduction, weights and other options.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, the gradient overlaps an input, a label is invalid, a logit or a weight makes the
    /// loss NaN or infinite (the message names the first that is not finite, see <see cref="LossOptions.AllowsNonFinite"/>), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes,
        Span<T> gradient, LossOptions options = default) where TLoss : struct, ISigmoidLoss where T : unmanaged
    {
        CheckLabels(logits, labels, classes);
        LossCheck.Output(logits.Length, gradient, logits, labels);
        return Run<TLoss, T, T>(loss, new() { Logits = logits, Classes = classes, Labels = labels, Output = gradient, Writes = LossOutput.Gradient, Options = options });
    }

    /// <summary>
    /// Computes a detector's classification loss where the target of a positive anchor's class is a quality, such as the IoU of its predicted
    /// box, instead of 1. Meant for <see cref="QualityFocalLoss"/> and <see cref="VarifocalLoss"/>; other losses take the quality as a soft target.
    /// </summary>
    /// <typeparam name="TLoss">The type of the loss, such as <see cref="QualityFocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss, applied to every logit.</param>
    /// <param name="logits">Logits [anchors, classes], finite.</param>
    /// <param name="labels">Labels [anchors]: a class index, <see cref="Background"/>, or <see cref="Ignore"/>.</param>
    /// <param name="qualities">
    /// Qualities [anchors], in [0, 1]; read only where the label is a class. They count as constants: there is no gradient with respect to them.
    /// </param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="gradient">
    /// Receives the gradient of the returned value with respect to the logits, [anchors, classes]. Must not overlap the inputs.
    /// </param>
    /// <param name="options">Reduction, weights and other options. <see cref="Reduction.Positives"/> counts labels that are a class.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, the gradient overlaps an input, a label is invalid, a quality is not in [0, 1], a logit or a weight makes the
    /// loss NaN or infinite (the message names the first that is not finite, see <see cref="LossOptions.AllowsNonFinite"/>), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, int classes,
        Span<T> gradient, LossOptions options = default) where TLoss : struct, ISigmoidLoss where T : unmanaged
    {
        CheckLabels(logits, labels, classes);
        if (qualities.Length != labels.Length)
            throw new ArgumentException($"{labels.Length} labels need as many qualities, but there are {qualities.Length}", nameof(qualities));
        LossCheck.Output(logits.Length, gradient, logits, labels);
        LossCheck.Output(logits.Length, gradient, logits, qualities);
        return Run<TLoss, T, T>(loss, new()
        {
            Logits = logits,
            Classes = classes,
            Labels = labels,
            Qualities = qualities,
            Output = gradient,
            Writes = LossOutput.Gradient,
            Options = options,
        });
    }

    /// <summary>
    /// Computes the loss for dense targets. For an <see cref="IBinaryLoss"/> it is the sum of <c>y α L(x) + (1 - y) (1 - α) L(-x)</c>: a soft
    /// target y gives the expected loss.
    /// </summary>
    /// <typeparam name="TLoss">The type of the loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss, applied to every logit.</param>
    /// <param name="logits">Logits [n], finite; with <see cref="LossOptions.ClassAlpha"/>, or a loss with parameters per class, [rows, classes].</param>
    /// <param name="targets">Targets [n], in [0, 1].</param>
    /// <param name="gradient">
    /// Receives the gradient of the returned value with respect to the logits, [n]. Must not overlap the inputs.
    /// </param>
    /// <param name="options">Reduction, weights and other options.</param>
    /// <returns>The reduced loss.</returns>
    /// <exception cref="ArgumentException">
    /// The lengths differ, the gradient overlaps an input, a target is not in [0, 1], a logit or a weight makes the
    /// loss NaN or infinite (the message names the first that is not finite, see <see cref="LossOptions.AllowsNonFinite"/>), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public static double Evaluate<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, Span<T> gradient,
        LossOptions options = default) where TLoss : struct, ISigmoidLoss where T : unmanaged
    {
        CheckTargets(logits, targets);
        LossCheck.Output(logits.Length, gradient, logits, targets);
        return Run<TLoss, T, T>(loss, new() { Logits = logits, Targets = targets, Output = gradient, Writes = LossOutput.Gradient, Options = options });
    }

    /// <summary>Computes the loss of every logit, without reduction and normalizer.</summary>
    /// <typeparam name="TLoss">The type of the loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TValue">double for double logits, otherwise float.</typeparam>
    /// <param name="loss">The loss, applied to every logit.</param>
    /// <param name="logits">Logits [n], finite; with <see cref="LossOptions.ClassAlpha"/>, or a loss with parameters per class, [rows, classes].</param>
    /// <param name="targets">Targets [n], in [0, 1].</param>
    /// <param name="values">Receives the losses, [n]. Must not overlap the inputs.</param>
    /// <param name="options">Weights and other options.</param>
    /// <exception cref="ArgumentException">As for <see cref="Evaluate{TLoss, T}(TLoss, ReadOnlySpan{T}, ReadOnlySpan{float}, Span{T}, LossOptions)"/>.</exception>
    public static void Values<TLoss, T, TValue>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, Span<TValue> values,
        LossOptions options = default) where TLoss : struct, ISigmoidLoss where T : unmanaged where TValue : unmanaged
    {
        CheckTargets(logits, targets);
        if (typeof(TValue) != (typeof(T) == typeof(double) ? typeof(double) : typeof(float)))
            throw new NotSupportedException($"values of {typeof(T).Name} logits must be {(typeof(T) == typeof(double) ? "double" : "float")}, not {typeof(TValue).Name}");
        LossCheck.Output(logits.Length, values, logits, targets);
        Run<TLoss, T, TValue>(loss, new() { Logits = logits, Targets = targets, Output = values, Writes = LossOutput.Values, Options = options });
    }

    /// <summary>Computes the loss of each anchor, summed over its classes, without reduction and normalizer.</summary>
    /// <typeparam name="TLoss">The type of the loss, such as <see cref="FocalLoss"/>.</typeparam>
    /// <typeparam name="T">The type of the logits: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="loss">The loss, applied to every logit.</param>
    /// <param name="logits">Logits [anchors, classes], finite.</param>
    /// <param name="labels">Labels [anchors]: a class index, <see cref="Background"/>, or <see cref="Ignore"/>.</param>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <param name="values">Receives the losses, [anchors]; 0 for ignored anchors. Must not overlap the inputs.</param>
    /// <param name="options">Weights and other options.</param>
    /// <exception cref="ArgumentException">As for <see cref="Evaluate{TLoss, T}(TLoss, ReadOnlySpan{T}, ReadOnlySpan{int}, int, Span{T}, LossOptions)"/>.</exception>
    public static void RowValues<TLoss, T>(TLoss loss, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes, Span<float> values,
        LossOptions options = default) where TLoss : struct, ISigmoidLoss where T : unmanaged
    {
        CheckLabels(logits, labels, classes);
        LossCheck.Output(labels.Length, values, logits, labels);
        Run<TLoss, T, T>(loss, new() { Logits = logits, Classes = classes, Labels = labels, Writes = LossOutput.None, RowSums = values, Options = options });
    }

    private static double Run<TLoss, T, TOut>(TLoss loss, SigmoidRequest<T, TOut> request)
        where TLoss : struct, ISigmoidLoss where T : unmanaged where TOut : unmanaged
    {
        loss.Accept(ref request);
        return request.Result;
    }

    private static void CheckLabels<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes) where T : unmanaged
    {
        LossCheck.Type<T>();
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        LossCheck.Rows(logits.Length, labels.Length, classes);
    }

    private static void CheckTargets<T>(ReadOnlySpan<T> logits, ReadOnlySpan<float> targets) where T : unmanaged
    {
        LossCheck.Type<T>();
        LossCheck.Targets(logits.Length, targets.Length);
    }
}
