using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Evaluates the chunks of a <see cref="SigmoidCall{T, TOut}"/> as contiguous runs of logits whose targets are of one kind.</summary>
internal readonly unsafe struct SigmoidWork<TKernel, TLanes, T, TOut>(TKernel kernel, in SigmoidCall<T, TOut> call) : IChunkWork
    where TKernel : struct, ILossKernel
    where TLanes : unmanaged, ILanes<TLanes>
    where T : unmanaged
    where TOut : unmanaged
{
    private readonly TKernel _kernel = kernel;
    private readonly SigmoidCall<T, TOut> _call = call;

    public double Run(int chunk)
    {
        var first = (nint)chunk * _call.RowsPerChunk;
        var end = Math.Min(first + _call.RowsPerChunk, _call.Rows);
        double sum = 0;
        for (nint row = first, next; row < end; row = next)
        {
            var label = _call.Labels == null ? SigmoidLoss.Background : _call.Labels[row];
            next = EndOfRun(row, end, label);
            var loop = new LossLoop<TKernel, TLanes, T, TOut>(_kernel, _call, row, next, (row - first) * _call.Classes);
            double value = 0;
            if (_call.Labels == null)
                value = loop.Run(new DenseTargets(_call.Targets + row * _call.Classes));
            // Checked before background: a caller's ignore label may be any number, including -1.
            else if (label == SigmoidLoss.Ignore || label == _call.IgnoreLabel)
                loop.Clear();
            else if (label == SigmoidLoss.Background)
                value = loop.Run(default(BackgroundTargets));
            else if ((uint)label >= (uint)_call.Classes)
                throw LossCheck.InvalidLabel(row, label, _call.Classes);
            else if (_call.Qualities == null)
                value = loop.Run(new OneHotTargets(label));
            else
                value = loop.Run(new QualityTargets(label, _call.Qualities[row]));
            if (_call.RowSums != null)
                _call.RowSums[row] = (float)value;
            sum += value;
        }

        return sum;
    }

    /// <summary>
    /// Returns the index after the run of rows that starts at <paramref name="row"/>. Adjacent background rows, which nearly all rows are, form one run,
    /// unless rows have weights or sums of their own. Any other row is a run by itself.
    /// </summary>
    private nint EndOfRun(nint row, nint end, int label)
    {
        if (label != SigmoidLoss.Background || _call.RowSums != null || _call.RowWeights != null)
            return row + 1;
        if (_call.Labels == null)
            return end;
        while (++row < end && _call.Labels[row] == SigmoidLoss.Background)
        {
        }

        return row;
    }
}
