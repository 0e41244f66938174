using Microsoft.Win32.SafeHandles;

namespace RetinaSharp.Imaging.Native;

/// <summary>A decoded image in native memory.</summary>
internal sealed class DecodedImageHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.ImageFree(handle);
        return true;
    }
}
