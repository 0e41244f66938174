using Microsoft.Win32.SafeHandles;

namespace RetinaSharp.Imaging.Native;

/// <summary>An encoded file in native memory.</summary>
internal sealed class EncodedBytesHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.BytesFree(handle);
        return true;
    }
}
