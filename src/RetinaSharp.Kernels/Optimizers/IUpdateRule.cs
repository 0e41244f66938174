using System.Numerics;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// The update formula of an optimizer for one vector of elements. It is implemented by structs, so that the JIT inlines it into the loop.
/// </summary>
internal interface IUpdateRule
{
    /// <summary>Whether the optimizer has a second state tensor per parameter.</summary>
    static abstract bool HasSecondState { get; }

    /// <summary>
    /// Updates one vector of weights and optimizer state. It uses no fused multiply-add, so that all CPUs give the same bits. This costs
    /// nothing, because the loop is memory-bound.
    /// </summary>
    void Apply(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second);
}
