using System.Runtime.InteropServices;

namespace RetinaSharp.Imaging.Native;

/// <summary>Turns the status of a native call into an exception.</summary>
internal static class NativeStatus
{
    /// <summary>Throws what the native library says of its last failure on this thread, unless the status is 0.</summary>
    public static unsafe void Check(int status, string file)
    {
        if (status != 0)
            throw new ImageException(file, Marshal.PtrToStringUTF8((nint)NativeMethods.LastError()) ?? "could not be handled");
    }
}
