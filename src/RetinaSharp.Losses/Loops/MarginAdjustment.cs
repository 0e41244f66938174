using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Subtracts a margin from the logit of the correct class, and scales all logits.</summary>
/// <param name="margins">The margin of each output, [outputs].</param>
/// <param name="scale">The factor of all logits.</param>
internal readonly unsafe struct MarginAdjustment(double[] margins, double scale) : ILogitAdjustment
{
    public static bool IsNone => false;

    public double Scale { get; } = scale;

    public void Apply<TLanes>(float* logits, int padded, int label) where TLanes : unmanaged, ILanes<TLanes> => logits[label] -= (float)margins[label];

    public void Apply(Span<double> logits, int label) => logits[label] -= margins[label];
}
