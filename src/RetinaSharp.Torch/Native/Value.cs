using System.Runtime.InteropServices;

namespace RetinaSharp.Torch.Native;

/// <summary>The struct <c>Value</c> of native/torch/shim.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Value
{
    [FieldOffset(0)]
    public Tag Tag;

    [FieldOffset(4)]
    public int Count;

    [FieldOffset(8)]
    public long Integer;

    [FieldOffset(8)]
    public double Real;

    [FieldOffset(8)]
    public nint Pointer;
}
