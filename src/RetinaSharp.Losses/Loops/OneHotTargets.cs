using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>The targets of one row: 0 except for one element.</summary>
/// <param name="column">Index of the 1 in the row.</param>
internal readonly struct OneHotTargets(int column) : ITargets
{
    public static bool MayBeSoft => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.Equal(TLanes.Indices, TLanes.Create(column - start)) & LaneMath<TLanes>.One;
}
