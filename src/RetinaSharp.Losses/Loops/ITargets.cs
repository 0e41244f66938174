using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Where a run of logits has its targets from.</summary>
internal interface ITargets
{
    /// <summary>Whether targets between 0 and 1 occur.</summary>
    static abstract bool MayBeSoft { get; }

    /// <summary>Targets of the logits from <paramref name="start"/>; with fewer than a vector left, those of the rest are 0.</summary>
    TLanes Load<TLanes>(nint start, nint left) where TLanes : unmanaged, ILanes<TLanes>;
}
