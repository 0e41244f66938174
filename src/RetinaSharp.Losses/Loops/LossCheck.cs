using System.Runtime.CompilerServices;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// Argument checks shared by <see cref="SigmoidLoss"/> and <see cref="SoftmaxLoss"/>, with messages that name the invalid element.
/// </summary>
internal static unsafe class LossCheck
{
    public static void Type<T>()
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double) && typeof(T) != typeof(BFloat16))
            throw new NotSupportedException($"logits must be float, double or {nameof(BFloat16)}, not {typeof(T).Name}");
    }

    public static void Rows(int logits, int labels, int classes)
    {
        if (logits != (long)labels * classes)
            throw new ArgumentException($"{labels} labels and {classes} classes need {(long)labels * classes} logits, but there are {logits}", nameof(logits));
    }

    public static void Targets(int logits, int targets)
    {
        if (targets != logits)
            throw new ArgumentException($"{logits} logits need as many targets, but there are {targets}", nameof(targets));
    }

    public static void ClassAlpha(ReadOnlySpan<float> classAlpha, int classes)
    {
        if (!classAlpha.IsEmpty && classAlpha.Length != classes)
            throw new ArgumentException($"{classes} classes need as many alphas, but there are {classAlpha.Length}", nameof(LossOptions.ClassAlpha));
    }

    public static void Output<TOut, TIn, TTarget>(
        int count, ReadOnlySpan<TOut> output, ReadOnlySpan<TIn> logits, ReadOnlySpan<TTarget> targets, [CallerArgumentExpression(nameof(output))] string name = "")
        where TOut : unmanaged where TIn : unmanaged where TTarget : unmanaged
    {
        if (output.Length != count)
            throw new ArgumentException($"{name} must have {count} elements, but has {output.Length}", name);
        if (Overlap(output, logits) || Overlap(output, targets))
            throw new ArgumentException("overlaps an input in memory", name);
    }

    public static ArgumentException InvalidLabel(nint row, int label, int classes) =>
        new($"anchor {row} has label {label}; valid are classes 0 to {classes - 1}, -1 (background) and -2 (ignored)", "labels");

    /// <summary>If a sum is not finite, throws an exception that names the first invalid element, if there is one.</summary>
    /// <remarks>Ignored logits, and infinite ones whose loss is finite, leave the sum finite: finding them would take a pass over all logits.</remarks>
    /// <param name="sum">The sum of the losses.</param>
    /// <param name="logits">The logits.</param>
    /// <param name="targets">Targets of the logits; empty if there are labels instead.</param>
    /// <param name="weights">Weights; may be empty.</param>
    /// <param name="ignored">The target that marks ignored logits, may be NaN; null for none.</param>
    public static void Finite<T>(double sum, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, float? ignored = null) where T : unmanaged
    {
        if (double.IsFinite(sum))
            return;
        for (var i = 0; i < targets.Length; i++)
            if (targets[i] is not (>= 0 and <= 1) && ignored?.Equals(targets[i]) != true)
                throw new ArgumentException($"target {i} is {targets[i]}; a target must be in [0, 1]", nameof(targets));
        for (var i = 0; i < weights.Length; i++)
            if (!float.IsFinite(weights[i]))
                throw new ArgumentException($"weight {i} is {weights[i]}; weights must be finite", nameof(weights));
        for (var i = 0; i < logits.Length; i++)
            if (!double.IsFinite(ToDouble(logits[i])) && !(i < targets.Length && ignored?.Equals(targets[i]) == true))
                throw new ArgumentException($"logit {i} is {ToDouble(logits[i])}; logits must be finite", nameof(logits));
    }

    /// <summary>If a sum is not finite, throws an exception that names the first quality of a positive that is not in [0, 1], if there is one.</summary>
    public static void Qualities(double sum, ReadOnlySpan<float> qualities, ReadOnlySpan<int> labels, int ignoreLabel)
    {
        if (double.IsFinite(sum))
            return;
        for (var i = 0; i < qualities.Length; i++)
            if (labels[i] >= 0 && labels[i] != ignoreLabel && qualities[i] is not (>= 0 and <= 1))
                throw new ArgumentException($"quality {i} is {qualities[i]}; a quality must be in [0, 1]", nameof(qualities));
    }

    public static double ToDouble<T>(T number) where T : unmanaged =>
        typeof(T) == typeof(double) ? *(double*)&number : typeof(T) == typeof(float) ? *(float*)&number : (float)*(BFloat16*)&number;

    // Compared by address: a count of bytes could exceed the maximum length of a span.
    private static bool Overlap<TOut, TIn>(ReadOnlySpan<TOut> output, ReadOnlySpan<TIn> input) where TOut : unmanaged where TIn : unmanaged
    {
        fixed (TOut* to = output)
        fixed (TIn* from = input)
            return (void*)to < from + input.Length && (void*)from < to + output.Length;
    }
}
