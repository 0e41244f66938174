namespace RetinaSharp.Losses.Loops;

/// <summary>
/// A <see cref="SigmoidJob{TLoss, T, TOut}"/> whose logits are doubles, one by one with the members' own formulas: the reference
/// for the vectors, and for those who need the digits more than the speed.
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
            y = y * (1 - (double)Job.Softening.Smoothing) + (double)Job.Softening.Smoothing / 2;
            var alpha = Job.ClassAlpha != null ? Job.ClassAlpha[column] : Job.Loss.Alpha;
            var weight = (Job.RowWeights != null ? Job.RowWeights[row] : 1.0) * (Job.ElementWeights != null ? Job.ElementWeights[element] : 1.0);
            var (positive, negative) = (y * (alpha ?? 1) * weight, (1 - y) * (1 - alpha ?? 1) * weight);
            // A part without weight is not computed: it may be infinite times zero.
            value = (positive == 0 ? 0 : positive * Job.Loss.Value(x)) + (negative == 0 ? 0 : negative * Job.Loss.Value(-x));
            derivative = (positive == 0 ? 0 : positive * Job.Loss.Derivative(x)) - (negative == 0 ? 0 : negative * Job.Loss.Derivative(-x));
        }

        if (Job.Writes != LossOutput.Nothing)
            ((double*)Job.Output)[element] = Job.Writes == LossOutput.Values ? value : derivative * Job.Scale;
        return value;
    }

    /// <summary>The target from 0 to 1, NaN for one outside of it, null for what is ignored.</summary>
    private readonly double? Target(nint row, int column, nint element)
    {
        if (Job.Labels == null)
        {
            var target = Job.Targets[element];
            return Job.Softening.Ignored is { } ignored && ignored.Equals(target) ? null : target is >= 0 and <= 1 ? target : double.NaN;
        }

        var label = Job.Labels[row];
        if (label == SigmoidLoss.Ignore || label == Job.IgnoreLabel)
            return null;
        if (label != SigmoidLoss.Background && (uint)label >= (uint)Job.Classes)
            throw LossCheck.NoClass(row, label, Job.Classes);
        return label == column ? 1 : 0;
    }
}
