using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>A target in [0, 1] for every logit.</summary>
/// <param name="targets">The targets.</param>
internal readonly unsafe struct DenseTargets(float* targets) : ITargets
{
    private readonly float* _targets = targets;

    public static bool MayBeSoft => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes> => LaneMath<TLanes>.Load(_targets + start, left);
}
