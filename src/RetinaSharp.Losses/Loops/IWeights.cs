using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>What losses and derivatives of a run of logits are multiplied by.</summary>
internal interface IWeights<TSelf> where TSelf : struct, IWeights<TSelf>
{
    /// <summary>The weights of a run.</summary>
    /// <param name="row">Row in which it begins.</param>
    /// <param name="element">Its first logit, of all.</param>
    /// <param name="inChunk">Its first logit, of the chunk.</param>
    TSelf For(nint row, nint element, nint inChunk);

    /// <summary>Whether each row has a weight of its own, so that no run may reach over several.</summary>
    bool DifferByRow { get; }

    /// <summary>Weights of the losses from <paramref name="start"/> of the run, where the target is 1 and where it is 0.</summary>
    void Load<TLanes>(nint start, nint left, out TLanes positive, out TLanes negative) where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Weights of the derivatives by the logit, which are by <c>x_t</c> at first: where the target is 0, that is the negative logit.</summary>
    void Slopes<TLanes>(TLanes positive, TLanes negative, out TLanes positiveSlope, out TLanes negativeSlope) where TLanes : unmanaged, ILanes<TLanes>;
}
