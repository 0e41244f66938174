using System.Numerics;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>The formula of an optimizer for one vector of elements. Implemented by structs, so that the JIT inlines it into the loop.</summary>
internal interface IUpdateRule
{
    /// <summary>Whether there is a second state tensor.</summary>
    static abstract bool HasSecondState { get; }

    /// <summary>Updates weights and state. Without fused multiply-add, so that the bits are the same on every CPU: the loop is bound by memory.</summary>
    void Apply(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second);
}
