using System.Runtime.CompilerServices;

namespace RetinaSharp.Losses.Loops;

/// <summary>Checks of arguments that the two kinds of losses share, and the words for what is wrong with an element.</summary>
internal static unsafe class LossCheck
{
    public static void Type<T>()
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double) && typeof(T) != typeof(BFloat16))
            throw new NotSupportedException($"logits are float, double or {nameof(BFloat16)}, not {typeof(T).Name}");
    }

    public static void Rows(int logits, int labels, int classes)
    {
        if (logits != (long)labels * classes)
            throw new ArgumentException($"{labels} labels and {classes} classes need {(long)labels * classes} logits, not {logits}", nameof(logits));
    }

    public static void Targets(int logits, int targets)
    {
        if (targets != logits)
            throw new ArgumentException($"{logits} logits need as many targets, not {targets}", nameof(targets));
    }

    public static void ClassAlpha(ReadOnlySpan<float> classAlpha, int classes)
    {
        if (!classAlpha.IsEmpty && classAlpha.Length != classes)
            throw new ArgumentException($"{classes} classes need as many alphas, not {classAlpha.Length}", nameof(LossOptions.ClassAlpha));
    }

    public static void Output<TOut, TIn, TTarget>(
        int count, ReadOnlySpan<TOut> output, ReadOnlySpan<TIn> logits, ReadOnlySpan<TTarget> targets, [CallerArgumentExpression(nameof(output))] string name = "")
        where TOut : unmanaged where TIn : unmanaged where TTarget : unmanaged
    {
        if (output.Length != count)
            throw new ArgumentException($"{count} {name} are needed, not {output.Length}", name);
        if (Overlap(output, logits) || Overlap(output, targets))
            throw new ArgumentException("shares memory with an input", name);
    }

    public static ArgumentException NoClass(nint row, int label, int classes) =>
        new($"anchor {row} has label {label}; there are {classes} classes, -1 is background, -2 ignore", "labels");

    /// <summary>Throws for the first element that is to blame for a sum that is not finite, if there is one.</summary>
    /// <param name="sum">The sum.</param>
    /// <param name="logits">The logits.</param>
    /// <param name="targets">Targets of the logits, if there are.</param>
    /// <param name="weights">Weights, if there are.</param>
    /// <param name="ignored">The target of what has no part; NaN counts too where it is.</param>
    public static void Finite<T>(double sum, ReadOnlySpan<T> logits, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, float? ignored = null) where T : unmanaged
    {
        if (double.IsFinite(sum))
            return;
        for (var i = 0; i < targets.Length; i++)
            if (targets[i] is not (>= 0 and <= 1) && ignored?.Equals(targets[i]) != true)
                throw new ArgumentException($"target {i} is {targets[i]}; a target lies in [0, 1]", nameof(targets));
        for (var i = 0; i < weights.Length; i++)
            if (!float.IsFinite(weights[i]))
                throw new ArgumentException($"weight {i} is {weights[i]}; weights are finite", nameof(weights));
        for (var i = 0; i < logits.Length; i++)
            if (!double.IsFinite(ToDouble(logits[i])) && !(i < targets.Length && ignored?.Equals(targets[i]) == true))
                throw new ArgumentException($"logit {i} is {ToDouble(logits[i])}; logits are finite", nameof(logits));
    }

    public static double ToDouble<T>(T number) where T : unmanaged =>
        typeof(T) == typeof(double) ? *(double*)&number : typeof(T) == typeof(float) ? *(float*)&number : (float)*(BFloat16*)&number;

    // By address: a count of bytes could exceed what a span holds.
    private static bool Overlap<TOut, TIn>(ReadOnlySpan<TOut> output, ReadOnlySpan<TIn> input) where TOut : unmanaged where TIn : unmanaged
    {
        fixed (TOut* to = output)
        fixed (TIn* from = input)
            return (void*)to < from + input.Length && (void*)from < to + output.Length;
    }
}
