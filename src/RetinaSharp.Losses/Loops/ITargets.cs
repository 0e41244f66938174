using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Provides the targets of a contiguous run of logits.</summary>
internal interface ITargets
{
    /// <summary>Whether targets strictly between 0 and 1 may occur.</summary>
    static abstract bool MayBeSoft { get; }

    /// <summary>
    /// Loads the targets of the logits from <paramref name="start"/>. If fewer than a vector are left, the remaining lanes are 0.
    /// </summary>
    TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes>;
}
