using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>All targets 0.</summary>
internal readonly struct BackgroundTargets : ITargets
{
    public static bool MayBeSoft => false;

    public TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes> => default;
}
