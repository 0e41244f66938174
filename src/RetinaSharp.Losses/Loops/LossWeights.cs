using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>The weights that multiply the losses of a contiguous run of logits: α, times a weight per row, times a weight per logit.</summary>
/// <param name="alpha">α of all logits; null gives positives and negatives weight 1.</param>
/// <param name="alphas">α of each logit, which replaces <paramref name="alpha"/>, or null.</param>
/// <param name="row">Weight of all logits of the run.</param>
/// <param name="elements">Weight of each logit, or null.</param>
internal readonly unsafe struct LossWeights(double? alpha, float* alphas, float row, float* elements)
{
    private readonly float _positive = (float)(alpha ?? 1) * row;
    private readonly float _negative = (float)(1 - alpha ?? 1) * row;
    private readonly float _row = row;
    private readonly float* _alphas = alphas;
    private readonly float* _elements = elements;

    /// <summary>Loads the weights of the logits from <paramref name="start"/> of the run: those for target 1 and those for target 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load<TLanes>(nint start, nint left, out TLanes positive, out TLanes negative) where TLanes : unmanaged, ILanes<TLanes>
    {
        positive = TLanes.Create(_positive);
        negative = TLanes.Create(_negative);
        if (_alphas != null)
        {
            var alpha = LaneMath<TLanes>.Load(_alphas + start, left);
            positive = alpha * TLanes.Create(_row);
            negative = (LaneMath<TLanes>.One - alpha) * TLanes.Create(_row);
        }

        if (_elements != null)
        {
            var weight = LaneMath<TLanes>.Load(_elements + start, left);
            positive *= weight;
            negative *= weight;
        }
    }
}
