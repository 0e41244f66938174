using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Targets that are all 0.</summary>
internal readonly struct BackgroundTargets : ITargets
{
    public static bool MayBeSoft => false;

    public TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes> => default;
}
