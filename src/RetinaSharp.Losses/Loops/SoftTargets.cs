using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Hard targets to which label smoothing is applied.</summary>
/// <param name="hard">The targets before smoothing.</param>
internal readonly struct SoftTargets<TTargets>(TTargets hard) : ITargets where TTargets : struct, ITargets
{
    private readonly TTargets _hard = hard;

    public static bool MayBeSoft => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes> => _hard.Load<TLanes>(start, left);
}
