using System.Buffers;
using System.Runtime.Intrinsics;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// A call of <see cref="SigmoidLoss"/> with checked and pinned arguments: logits [rows, classes], with a label per row or a target per
/// logit.
/// </summary>
internal unsafe struct SigmoidJob<TLoss, T, TOut> where TLoss : struct, IBinaryLoss where T : unmanaged where TOut : unmanaged
{
    public TLoss Loss;
    public T* Logits;
    public int Rows;
    public int Classes;

    /// <summary>A label per row; null if there are targets.</summary>
    public int* Labels;
    public int IgnoreLabel;

    /// <summary>A target per logit; null if there are labels.</summary>
    public float* Targets;
    public TargetOptions TargetOptions;

    public float* ClassAlpha;
    public float* RowWeights;
    public float* ElementWeights;

    /// <summary>Factor of the gradient that is written. It does not apply to the returned sum.</summary>
    public double Scale;
    public TOut* Output;
    public LossOutput Writes;

    /// <summary>Receives the sum of each row, unless null.</summary>
    public float* RowSums;
    public int Threads;

    /// <summary>Number of rows in a chunk.</summary>
    public readonly int RowsPerChunk => Math.Max(1, IChunkWork.ChunkSize / Classes);

    public readonly int Chunks => (int)(((long)Rows + RowsPerChunk - 1) / RowsPerChunk);

    /// <summary>Evaluates all logits and returns the sum of the losses.</summary>
    public readonly double Run()
    {
        if (typeof(T) == typeof(double))
            return Sum(new DoubleWork<TLoss, T, TOut> { Job = this });
        return Vector512.IsHardwareAccelerated ? RunOn<Lanes512>()
            : Vector256.IsHardwareAccelerated ? RunOn<Lanes256>()
            : RunOn<Lanes128>();
    }

    private readonly double RunOn<TLanes>() where TLanes : unmanaged, ILanes<TLanes>
    {
        if (ClassAlpha == null && RowWeights == null && ElementWeights == null)
            return Sum(new SigmoidWork<TLoss, TLanes, T, TOut, UniformWeights> { Job = this, Weights = new(Loss.Alpha, Scale) });
        var weights = new VaryingWeights(Loss.Alpha) { Rows = RowWeights, Elements = ElementWeights, Scale = (float)Scale };
        if (ClassAlpha == null)
            return Sum(new SigmoidWork<TLoss, TLanes, T, TOut, VaryingWeights> { Job = this, Weights = weights });

        // α is repeated for all logits of a chunk, so that a run can begin anywhere and span any number of rows.
        var length = Math.Min(Rows, RowsPerChunk) * Classes;
        var repeated = ArrayPool<float>.Shared.Rent(length);
        for (var i = 0; i < length; i++)
            repeated[i] = ClassAlpha[i % Classes];
        try
        {
            fixed (float* alpha = repeated)
            {
                weights.ChunkAlpha = alpha;
                return Sum(new SigmoidWork<TLoss, TLanes, T, TOut, VaryingWeights> { Job = this, Weights = weights });
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(repeated);
        }
    }

    private readonly double Sum<TWork>(in TWork work) where TWork : struct, IChunkWork => ChunkRunner<TWork>.Sum(work, Chunks, Threads);
}
