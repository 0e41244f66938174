using System.Numerics;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// The update formula of an optimizer for one vector of elements. Implemented by structs, so that the JIT inlines it into the loop.
/// </summary>
internal interface IUpdateRule
{
    /// <summary>Whether the rule uses a second state tensor.</summary>
    static abstract bool HasSecondState { get; }

    /// <summary>
    /// Updates weights and state. Uses no fused multiply-add, so that all CPUs give the same bits; this costs nothing, because the loop is
    /// memory-bound.
    /// </summary>
    void Apply(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second);
}
