namespace RetinaSharp.Losses.Loops;

/// <summary>
/// Evaluates a <see cref="SigmoidJob{TLoss, T, TOut}"/> on fp64 logits, one at a time with <see cref="IBinaryLoss.Evaluate(double, out
/// double, out double)"/>: the reference for the vectorized code, and for callers that need the precision.
/// </summary>
internal unsafe struct DoubleWork<TLoss, T, TOut> : IChunkWork where TLoss : struct, IBinaryLoss where T : unmanaged where TOut : unmanaged
{
    public SigmoidJob<TLoss, T, TOut> Job;

    public readonly double Run(int chunk)
    {
        var first = (nint)chunk * Job.RowsPerChunk;
        var end = Math.Min(first + Job.RowsPerChunk, Job.Rows);
        double sum = 0;
        for (var row = first; row < end; row++)
        {
            double rowSum = 0;
            for (var column = 0; column < Job.Classes; column++)
                rowSum += RunOne(row, column);
            if (Job.RowSums != null)
                Job.RowSums[row] = (float)rowSum;
            sum += rowSum;
        }

        return sum;
    }

    private readonly double RunOne(nint row, int column)
    {
        var element = row * Job.Classes + column;
        var x = ((double*)Job.Logits)[element];
        var (value, derivative) = (0.0, 0.0);
        if (Target(row, column, element) is { } y)
        {
            y = y * (1 - (double)Job.TargetOptions.Smoothing) + (double)Job.TargetOptions.Smoothing / 2;
            var alpha = Job.ClassAlpha != null ? Job.ClassAlpha[column] : Job.Loss.Alpha;
            var weight = (Job.RowWeights != null ? Job.RowWeights[row] : 1.0) * (Job.ElementWeights != null ? Job.ElementWeights[element] : 1.0);
            var (positive, negative) = (y * (alpha ?? 1) * weight, (1 - y) * (1 - alpha ?? 1) * weight);
            // A term with weight 0 is skipped: its loss may be infinite.
            if (positive != 0)
            {
                Job.Loss.Evaluate(x, out var loss, out var derivativeByXt);
                (value, derivative) = (positive * loss, positive * derivativeByXt);
            }

            if (negative != 0)
            {
                Job.Loss.Evaluate(-x, out var loss, out var derivativeByXt);
                (value, derivative) = (value + negative * loss, derivative - negative * derivativeByXt);
            }
        }

        if (Job.Writes != LossOutput.None)
            ((double*)Job.Output)[element] = Job.Writes == LossOutput.Values ? value : derivative * Job.Scale;
        return value;
    }

    /// <summary>Returns the target in [0, 1], NaN for a target out of range, null for an ignored one.</summary>
    private readonly double? Target(nint row, int column, nint element)
    {
        if (Job.Labels == null)
        {
            var target = Job.Targets[element];
            return Job.TargetOptions.Ignored is { } ignored && ignored.Equals(target) ? null : target is >= 0 and <= 1 ? target : double.NaN;
        }

        var label = Job.Labels[row];
        if (label == SigmoidLoss.Ignore || label == Job.IgnoreLabel)
            return null;
        if (label != SigmoidLoss.Background && (uint)label >= (uint)Job.Classes)
            throw LossCheck.InvalidLabel(row, label, Job.Classes);
        return label == column ? 1 : 0;
    }
}
