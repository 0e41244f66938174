using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>The targets of one row: 0 except for one element.</summary>
/// <param name="column">Index of the other element in the row.</param>
/// <param name="quality">Target of that element, in [0, 1].</param>
internal readonly struct QualityTargets(int column, float quality) : ITargets
{
    public static bool MayBeSoft => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.Equal(TLanes.Indices, TLanes.Create(column - start)) & TLanes.Create(quality);
}
