using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Changes the logits of a row before the softmax, by amounts that count as constants in the gradient, and scales them.</summary>
internal unsafe interface ILogitAdjustment
{
    /// <summary>Whether the logits are used as they are.</summary>
    static abstract bool IsNone { get; }

    /// <summary>Factor of the adjusted logits.</summary>
    double Scale { get; }

    /// <summary>Adjusts a row of fp32 logits, without the scale.</summary>
    /// <param name="logits">Logits [padded]; beyond the classes they are the least fp32 number before the call, and arbitrary after it.</param>
    /// <param name="padded">Number of classes, rounded up to whole vectors.</param>
    /// <param name="label">The correct class.</param>
    void Apply<TLanes>(float* logits, int padded, int label) where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Adjusts a row of fp64 logits, without the scale.</summary>
    void Apply(Span<double> logits, int label);
}
