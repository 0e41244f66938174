using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Evaluates a <see cref="SigmoidJob{TLoss, T, TOut}"/> as contiguous runs of logits whose targets are of one kind.</summary>
internal unsafe struct SigmoidWork<TLoss, TLanes, T, TOut, TWeights> : IChunkWork
    where TLoss : struct, IBinaryLoss
    where TLanes : unmanaged, ILanes<TLanes>
    where T : unmanaged
    where TOut : unmanaged
    where TWeights : struct, IWeights<TWeights>
{
    public SigmoidJob<TLoss, T, TOut> Job;
    public TWeights Weights;

    public readonly double Run(int chunk)
    {
        var first = (nint)chunk * Job.RowsPerChunk;
        var end = Math.Min(first + Job.RowsPerChunk, Job.Rows);
        var runsMaySpanRows = Job.RowSums == null && !Weights.DifferByRow;
        double sum = 0;
        for (var row = first; row < end;)
        {
            var start = row;
            var label = Job.Labels == null ? SigmoidLoss.Background : Job.Labels[row];
            row++;
            // Nearly all rows are background, and adjacent background rows form one run.
            if (label == SigmoidLoss.Background && runsMaySpanRows)
                row = Job.Labels == null ? end : EndOfBackground(row, end);
            sum += RunRows(label, start, row - start, (start - first) * Job.Classes);
        }

        return sum;
    }

    private readonly nint EndOfBackground(nint row, nint end)
    {
        while (row < end && Job.Labels[row] == SigmoidLoss.Background)
            row++;
        return row;
    }

    private readonly double RunRows(int label, nint row, nint rows, nint inChunk)
    {
        var element = row * Job.Classes;
        double sum = 0;
        if (Job.Labels == null)
            sum = Run(new DenseTargets(Job.Targets + element), row, rows, inChunk);
        // Checked before background: a caller's ignore label may be any number, including -1.
        else if (label == SigmoidLoss.Ignore || label == Job.IgnoreLabel)
            new Span<TOut>(Job.Output + element, Job.Writes == LossOutput.None ? 0 : Job.Classes).Clear();
        else if (label == SigmoidLoss.Background)
            sum = RunLabeled(default(BackgroundTargets), row, rows, inChunk);
        else if ((uint)label < (uint)Job.Classes)
            sum = RunLabeled(new OneHotTargets(label), row, rows, inChunk);
        else
            throw LossCheck.InvalidLabel(row, label, Job.Classes);
        if (Job.RowSums != null)
            Job.RowSums[row] = (float)sum;
        return sum;
    }

    private readonly double RunLabeled<TTargets>(TTargets targets, nint row, nint rows, nint inChunk) where TTargets : struct, ITargets =>
        Job.TargetOptions.Smoothing == 0 ? Run(targets, row, rows, inChunk) : Run(new SoftTargets<TTargets>(targets), row, rows, inChunk);

    private readonly double Run<TTargets>(TTargets targets, nint row, nint rows, nint inChunk) where TTargets : struct, ITargets
    {
        var element = row * Job.Classes;
        return LossLoop<TLoss, TLanes, T, TOut>.Run(Job.Loss, Weights.For(row, element, inChunk), targets, Job.TargetOptions,
            Job.Logits + element, rows * Job.Classes, Job.Output + element, Job.Writes);
    }
}
