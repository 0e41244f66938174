using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>A row whose targets are 0 but for one.</summary>
/// <param name="column">Place of the one in the row.</param>
internal readonly struct OneHotTargets(int column) : ITargets
{
    public static bool MayBeSoft => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.Equal(TLanes.Indices, TLanes.Create(column - start)) & LaneMath<TLanes>.One;
}
