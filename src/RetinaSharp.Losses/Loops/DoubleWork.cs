namespace RetinaSharp.Losses.Loops;

/// <summary>
/// Evaluates a <see cref="SigmoidCall{T, TOut}"/> on fp64 logits, one at a time: the reference for the vectorized code, and for callers that need
/// the precision.
/// </summary>
internal readonly unsafe struct DoubleWork<TKernel, T, TOut>(TKernel kernel, in SigmoidCall<T, TOut> call) : IChunkWork
    where TKernel : struct, ILossKernel where T : unmanaged where TOut : unmanaged
{
    private readonly TKernel _kernel = kernel;
    private readonly SigmoidCall<T, TOut> _call = call;

    public double Run(int chunk)
    {
        var first = (nint)chunk * _call.RowsPerChunk;
        var end = Math.Min(first + _call.RowsPerChunk, _call.Rows);
        double sum = 0;
        for (var row = first; row < end; row++)
        {
            double rowSum = 0;
            for (var column = 0; column < _call.Classes; column++)
                rowSum += RunOne(row, column);
            if (_call.RowSums != null)
                _call.RowSums[row] = (float)rowSum;
            sum += rowSum;
        }

        return sum;
    }

    private double RunOne(nint row, int column)
    {
        var element = row * _call.Classes + column;
        var x = ((double*)_call.Logits)[element];
        var (value, derivative) = (0.0, 0.0);
        if (Target(row, column, element) is { } y)
        {
            y = y * (1 - (double)_call.TargetOptions.Smoothing) + (double)_call.TargetOptions.Smoothing / 2;
            var alpha = _call.ChunkAlpha != null ? _call.ChunkAlpha[column] : _kernel.Alpha;
            var weight = (_call.RowWeights != null ? _call.RowWeights[row] : 1.0) * (_call.ElementWeights != null ? _call.ElementWeights[element] : 1.0);
            _kernel.Evaluate(x, y, new(alpha, weight), column, out value, out derivative);
        }

        if (_call.Writes != LossOutput.None)
            ((double*)_call.Output)[element] = _call.Writes == LossOutput.Values ? value : derivative * _call.Scale;
        return value;
    }

    /// <summary>Returns the target in [0, 1], NaN for a target out of range, null for an ignored one.</summary>
    private double? Target(nint row, int column, nint element)
    {
        if (_call.Labels == null)
        {
            var target = _call.Targets[element];
            return _call.TargetOptions.Ignored is { } ignored && ignored.Equals(target) ? null : Checked(target);
        }

        var label = _call.Labels[row];
        if (label == SigmoidLoss.Ignore || label == _call.IgnoreLabel)
            return null;
        if (label != SigmoidLoss.Background && (uint)label >= (uint)_call.Classes)
            throw LossCheck.InvalidLabel(row, label, _call.Classes);
        return label != column ? 0 : _call.Qualities == null ? 1 : Checked(_call.Qualities[row]);
    }

    private static double Checked(float target) => target is >= 0 and <= 1 ? target : double.NaN;
}
