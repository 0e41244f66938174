using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Logits with a target each.</summary>
internal unsafe struct DenseWork<TLoss, TLanes, TIn, TOut> : IChunkWork
    where TLoss : struct, IBinaryLoss
    where TLanes : unmanaged, ILanes<TLanes>
    where TIn : unmanaged
    where TOut : unmanaged
{
    public TLoss Loss;
    public Weights Weights;
    public TIn* Logits;
    public float* Targets;
    public TOut* Output;
    public nint Count;
    public bool WritesValues;

    public readonly int Chunks => (int)((Count + IChunkWork.ChunkSize - 1) / IChunkWork.ChunkSize);

    public readonly double Run(int chunk)
    {
        var start = (nint)chunk * IChunkWork.ChunkSize;
        var count = Math.Min(IChunkWork.ChunkSize, Count - start);
        return LossLoop<TLoss, TLanes, TIn, TOut>.Run(
            Loss, Weights, new DenseTargets(Targets + start), Logits + start, count, Output + start, WritesValues);
    }
}
