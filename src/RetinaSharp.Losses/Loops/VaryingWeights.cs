using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Weights per class, per row, per logit, or a combination.</summary>
internal unsafe struct VaryingWeights : IWeights<VaryingWeights>
{
    /// <summary>α of every logit of a chunk, identical for all chunks; null if all classes have the same α.</summary>
    public float* ChunkAlpha;

    /// <summary>A weight per logit, or null.</summary>
    public float* Elements;

    /// <summary>A weight per row, or null.</summary>
    public float* Rows;

    /// <summary>Factor of the derivatives.</summary>
    public float Scale;

    private readonly float _positive;
    private readonly float _negative;
    private float _row;

    public VaryingWeights(double? alpha) => (_positive, _negative, _row) = ((float)(alpha ?? 1), (float)(1 - alpha ?? 1), 1);

    public readonly bool DifferByRow => Rows != null;

    public readonly VaryingWeights For(nint row, nint element, nint inChunk)
    {
        var run = this;
        if (Rows != null)
            run._row = Rows[row];
        if (ChunkAlpha != null)
            run.ChunkAlpha += inChunk;
        if (Elements != null)
            run.Elements += element;
        return run;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Load<TLanes>(nint start, nint left, out TLanes positive, out TLanes negative) where TLanes : unmanaged, ILanes<TLanes>
    {
        positive = TLanes.Create(_positive);
        negative = TLanes.Create(_negative);
        if (ChunkAlpha != null)
        {
            positive = LaneMath<TLanes>.Load(ChunkAlpha + start, left);
            negative = LaneMath<TLanes>.One - positive;
        }

        var weight = TLanes.Create(_row);
        if (Elements != null)
            weight *= LaneMath<TLanes>.Load(Elements + start, left);
        positive *= weight;
        negative *= weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void DerivativeWeights<TLanes>(TLanes positive, TLanes negative, out TLanes positiveDerivativeWeight, out TLanes negativeDerivativeWeight) where TLanes : unmanaged, ILanes<TLanes>
    {
        positiveDerivativeWeight = positive * TLanes.Create(Scale);
        negativeDerivativeWeight = negative * TLanes.Create(-Scale);
    }
}
