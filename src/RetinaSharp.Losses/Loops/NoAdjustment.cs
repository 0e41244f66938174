using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Leaves the logits as they are.</summary>
internal readonly unsafe struct NoAdjustment : ILogitAdjustment
{
    public static bool IsNone => true;

    public double Scale => 1;

    public void Apply<TLanes>(float* logits, int padded, int label) where TLanes : unmanaged, ILanes<TLanes>
    {
    }

    public void Apply(Span<double> logits, int label)
    {
    }
}
