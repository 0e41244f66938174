using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Provides the weights that multiply the losses and derivatives of a contiguous run of logits.</summary>
internal interface IWeights<TSelf> where TSelf : struct, IWeights<TSelf>
{
    /// <summary>Returns the weights of a run.</summary>
    /// <param name="row">Row in which the run begins.</param>
    /// <param name="element">Index of its first logit, from the first logit of the call.</param>
    /// <param name="inChunk">Index of its first logit, from the first logit of the chunk.</param>
    TSelf For(nint row, nint element, nint inChunk);

    /// <summary>Whether each row has its own weight, so that a run must not span several rows.</summary>
    bool DifferByRow { get; }

    /// <summary>Loads the weights of the losses from <paramref name="start"/> of the run, for target 1 and for target 0.</summary>
    void Load<TLanes>(nint start, nint left, out TLanes positive, out TLanes negative) where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>
    /// Converts weights of losses into weights of derivatives with respect to the logit. For target 0, x_t is the negated logit, so the
    /// sign changes.
    /// </summary>
    void DerivativeWeights<TLanes>(TLanes positive, TLanes negative, out TLanes positiveDerivativeWeight, out TLanes negativeDerivativeWeight) where TLanes : unmanaged, ILanes<TLanes>;
}
