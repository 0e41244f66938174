using System.Buffers;
using System.Runtime.Intrinsics;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// The arguments of a call of <see cref="SigmoidLoss"/>. Visiting a loss checks those that depend on it, pins them and runs the loops. There are
/// either labels or targets.
/// </summary>
internal unsafe ref struct SigmoidRequest<T, TOut> : ILossVisitor where T : unmanaged where TOut : unmanaged
{
    public ReadOnlySpan<T> Logits;

    /// <summary>Number of classes; for targets 0, which means the number of classes of the loss or of the options, or one.</summary>
    public int Classes;
    public ReadOnlySpan<int> Labels;

    /// <summary>The target of each row's class, in place of 1; empty for none.</summary>
    public ReadOnlySpan<float> Qualities;
    public ReadOnlySpan<float> Targets;
    public Span<TOut> Output;
    public LossOutput Writes;

    /// <summary>Receives the sum of each row, unless empty.</summary>
    public Span<float> RowSums;
    public LossOptions Options;

    /// <summary>Receives the reduced loss.</summary>
    public double Result;

    private readonly bool IsDense => Classes == 0;

    public void Visit<TKernel>(TKernel kernel) where TKernel : struct, ILossKernel
    {
        Options.Validate();
        var classes = IsDense ? Math.Max(1, Math.Max(kernel.Classes, Options.ClassAlpha.Length)) : Classes;
        CheckOptions(kernel, classes);
        var scale = 1 / (Options.Divisor * (IsDense ? CountTargets() : CountLabels()));
        var alphas = RentRepeated(Options.ClassAlpha);
        fixed (T* from = Logits)
        fixed (TOut* to = Output)
        fixed (int* label = Labels)
        fixed (float* target = Targets, quality = Qualities, weight = Options.Weights, sums = RowSums, alpha = alphas)
        {
            var byRow = Options.Weights.Length != Logits.Length;
            var call = new SigmoidCall<T, TOut>
            {
                Logits = from,
                Rows = Logits.Length / classes,
                Classes = classes,
                Labels = label,
                IgnoreLabel = Options.IgnoreLabel,
                Qualities = quality,
                Targets = target,
                TargetOptions = new((float)Options.Smoothing, Options.IgnoreTarget),
                ChunkAlpha = alpha,
                RowWeights = byRow ? weight : null,
                ElementWeights = byRow ? null : weight,
                Scale = scale,
                Output = to,
                Writes = Writes,
                RowSums = sums,
            };
            var (chunks, threads) = (call.Chunks, Options.ThreadCount);
            var sum = typeof(T) == typeof(double) ? ChunkSum.Run(new DoubleWork<TKernel, T, TOut>(kernel, call), chunks, threads)
                : Vector512.IsHardwareAccelerated ? ChunkSum.Run(new SigmoidWork<TKernel, Lanes512, T, TOut>(kernel, call), chunks, threads)
                : Vector256.IsHardwareAccelerated ? ChunkSum.Run(new SigmoidWork<TKernel, Lanes256, T, TOut>(kernel, call), chunks, threads)
                : ChunkSum.Run(new SigmoidWork<TKernel, Lanes128, T, TOut>(kernel, call), chunks, threads);
            if (alphas.Length > 0)
                ArrayPool<float>.Shared.Return(alphas);
            if (!Options.AllowsNonFinite)
            {
                LossCheck.Qualities(sum, Qualities, Labels, Options.IgnoreLabel);
                LossCheck.Finite(sum, Logits, Targets, Options.Weights, Options.IgnoreTarget);
            }

            Result = scale * sum;
        }
    }

    private readonly void CheckOptions<TKernel>(TKernel kernel, int classes) where TKernel : struct, ILossKernel
    {
        if (kernel.Classes > 0 && kernel.Classes != classes)
            throw new ArgumentException($"the loss has parameters of {kernel.Classes} classes, but there are {classes}", nameof(classes));
        if (Logits.Length % classes != 0)
            throw new ArgumentException($"{Logits.Length} logits do not divide into rows of {classes} classes", "logits");
        LossCheck.ClassAlpha(Options.ClassAlpha, classes);
        if (!kernel.IsSeparable && !Options.ClassAlpha.IsEmpty)
            throw new ArgumentException("this loss has no alpha per class; give weights instead", nameof(Options.ClassAlpha));
        if (!kernel.IsSeparable && Options.Smoothing != 0)
            throw new ArgumentException("this loss has no label smoothing: its targets are qualities", nameof(Options.Smoothing));
        var rows = Logits.Length / classes;
        if (!Options.Weights.IsEmpty && Options.Weights.Length != rows && Options.Weights.Length != Logits.Length)
            throw new ArgumentException($"{rows} rows of {classes} classes need {rows} or {Logits.Length} weights, but there are {Options.Weights.Length}", nameof(Options.Weights));
        if (Options.IgnoreTarget is 0 or 1)
            throw new ArgumentOutOfRangeException(nameof(Options.IgnoreTarget), Options.IgnoreTarget, "0 and 1 are regular targets");
        if (Options.LabelOffset != 0)
            throw new ArgumentException($"only {nameof(SoftmaxLoss)} supports a label offset", nameof(Options.LabelOffset));
    }

    private readonly double CountLabels()
    {
        if (Options.Reduction == Reduction.Sum)
            return 1;
        var (rows, positives) = (0L, 0L);
        foreach (var label in Labels)
        {
            if (label == SigmoidLoss.Ignore || label == Options.IgnoreLabel)
                continue;
            rows++;
            positives += label == SigmoidLoss.Background ? 0 : 1;
        }

        return Math.Max(1, Options.Reduction == Reduction.Mean ? (double)rows * Classes : positives);
    }

    private readonly double CountTargets()
    {
        if (Options.Reduction == Reduction.Sum || (Options.Reduction == Reduction.Mean && Options.IgnoreTarget is null))
            return Options.Reduction == Reduction.Sum ? 1 : Math.Max(1, Targets.Length);
        var (count, positives) = (0L, 0.0);
        foreach (var target in Targets)
        {
            if (Options.IgnoreTarget?.Equals(target) == true)
                continue;
            count++;
            positives += target;
        }

        return Math.Max(1, Options.Reduction == Reduction.Mean ? count : positives);
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
}
