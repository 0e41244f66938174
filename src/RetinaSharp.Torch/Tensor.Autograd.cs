using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <content>What a leaf of the graph knows.</content>
public sealed partial class Tensor
{
    /// <summary>Whether gradients are collected for it.</summary>
    public bool RequiresGrad
    {
        get => NativeMethods.rt_requires_grad(Handle) != 0;
        set => Shim.Check(NativeMethods.rt_set_requires_grad(Handle, value ? 1 : 0));
    }

    /// <summary>The gradient collected so far; null where there is none. The caller's scope frees the handle.</summary>
    public Tensor? Gradient()
    {
        Shim.Check(NativeMethods.rt_gradient(Handle, out var gradient));
        return gradient == 0 ? null : new Tensor(gradient);
    }

    /// <summary>Forgets the gradient.</summary>
    public void ClearGradient() => Shim.Check(NativeMethods.rt_clear_gradient(Handle));
}
