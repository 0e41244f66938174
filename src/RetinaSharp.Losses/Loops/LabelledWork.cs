using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Rows of logits, one row an anchor, one column a class, with a label for each row.</summary>
internal unsafe struct LabelledWork<TLoss, TLanes, T> : IChunkWork
    where TLoss : struct, IBinaryLoss
    where TLanes : unmanaged, ILanes<TLanes>
    where T : unmanaged
{
    public TLoss Loss;
    public Weights Weights;
    public T* Logits;
    public int* Labels;
    public T* Gradient;
    public int Rows;
    public int Classes;

    public readonly int Chunks => (Rows + RowsPerChunk - 1) / RowsPerChunk;

    private readonly int RowsPerChunk => Math.Max(1, IChunkWork.ChunkSize / Classes);

    public readonly double Run(int chunk)
    {
        var row = chunk * RowsPerChunk;
        var end = (int)Math.Min((long)row + RowsPerChunk, Rows);
        double sum = 0;
        while (row < end)
        {
            var label = Labels[row];
            var start = (nint)row * Classes;
            if (label == SigmoidLoss.Background)
            {
                // Nearly all rows are background, and rows beside each other are one run of memory.
                var first = row;
                while (row < end && Labels[row] == SigmoidLoss.Background)
                    row++;
                sum += Run(new BackgroundTargets(), start, (nint)(row - first) * Classes);
                continue;
            }
            if (label == SigmoidLoss.Ignore)
                new Span<T>(Gradient + start, Classes).Clear();
            else if ((uint)label < (uint)Classes)
                sum += Run(new OneHotTargets(label), start, Classes);
            else
                throw new ArgumentException($"anchor {row} has label {label}; there are {Classes} classes, -1 is background, -2 ignore", "labels");
            row++;
        }
        return sum;
    }

    private readonly double Run<TTargets>(TTargets targets, nint start, nint count) where TTargets : struct, ITargets =>
        LossLoop<TLoss, TLanes, T, T>.Run(Loss, Weights, targets, Logits + start, count, Gradient + start, writesValues: false);
}
