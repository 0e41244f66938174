namespace RetinaSharp.Losses.Loops;

/// <summary>
/// The arguments of a call of <see cref="SigmoidLoss"/>, checked and pinned: logits [rows, classes], with a label per row or a target per
/// logit.
/// </summary>
internal unsafe struct SigmoidCall<T, TOut> where T : unmanaged where TOut : unmanaged
{
    public T* Logits;
    public int Rows;
    public int Classes;

    /// <summary>A label per row; null if there are targets.</summary>
    public int* Labels;
    public int IgnoreLabel;

    /// <summary>The target of each row's class, in place of 1; null for none.</summary>
    public float* Qualities;

    /// <summary>A target per logit; null if there are labels.</summary>
    public float* Targets;
    public TargetOptions TargetOptions;

    /// <summary>α of every logit of a chunk, identical for all chunks; null if all classes have the α of the loss.</summary>
    public float* ChunkAlpha;

    /// <summary>A weight per row, or null.</summary>
    public float* RowWeights;

    /// <summary>A weight per logit, or null.</summary>
    public float* ElementWeights;

    /// <summary>Factor of the gradient that is written. It does not apply to the returned sum.</summary>
    public double Scale;
    public TOut* Output;
    public LossOutput Writes;

    /// <summary>Receives the sum of each row, unless null.</summary>
    public float* RowSums;

    public readonly int RowsPerChunk => Math.Max(1, IChunkWork.ChunkSize / Classes);

    public readonly int Chunks => (int)(((long)Rows + RowsPerChunk - 1) / RowsPerChunk);
}
