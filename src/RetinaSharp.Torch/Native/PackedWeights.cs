using System.Runtime.InteropServices;

namespace RetinaSharp.Torch.Native;

/// <summary>
/// A convolution's weights in the layouts that its kernels want, kept from call to call while they are constant. Safe for concurrent callers.
/// </summary>
internal sealed class PackedWeights : SafeHandle
{
    /// <summary>Holds nothing yet.</summary>
    public PackedWeights()
        : base(0, ownsHandle: true)
    {
        Shim.Check(NativeMethods.rt_packed_create(out var created), "pack weights");
        SetHandle(created);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Forgets them, because the weights have changed.</summary>
    public void Forget() => Shim.Check(NativeMethods.rt_packed_forget(handle), "forget packed weights");

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMethods.rt_packed_release(handle);
        return true;
    }
}
