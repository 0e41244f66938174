using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>The same weights for all logits.</summary>
/// <param name="alpha">α; null gives positives and negatives weight 1.</param>
/// <param name="scale">Factor of the derivatives.</param>
internal readonly struct UniformWeights(double? alpha, double scale) : IWeights<UniformWeights>
{
    private readonly float _positive = (float)(alpha ?? 1);
    private readonly float _negative = (float)(1 - alpha ?? 1);
    private readonly float _positiveDerivativeWeight = (float)((alpha ?? 1) * scale);
    private readonly float _negativeDerivativeWeight = (float)-((1 - alpha ?? 1) * scale);

    public bool DifferByRow => false;

    public UniformWeights For(nint row, nint element, nint inChunk) => this;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load<TLanes>(nint start, nint left, out TLanes positive, out TLanes negative) where TLanes : unmanaged, ILanes<TLanes>
    {
        positive = TLanes.Create(_positive);
        negative = TLanes.Create(_negative);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void DerivativeWeights<TLanes>(TLanes positive, TLanes negative, out TLanes positiveDerivativeWeight, out TLanes negativeDerivativeWeight) where TLanes : unmanaged, ILanes<TLanes>
    {
        positiveDerivativeWeight = TLanes.Create(_positiveDerivativeWeight);
        negativeDerivativeWeight = TLanes.Create(_negativeDerivativeWeight);
    }
}
