using RetinaSharp.Imaging.Native;

namespace RetinaSharp.Imaging;

/// <summary>Settings of OpenCV for the whole process.</summary>
public static class OpenCv
{
    /// <summary>
    /// Sets how many threads one operation may use. It is 1 unless set: whoever works on many images does so on several
    /// threads, one image each.
    /// </summary>
    /// <param name="threads">At least 1.</param>
    /// <exception cref="VisionUnavailableException">The native library cannot be loaded.</exception>
    public static void SetThreads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        NativeStatus.Check(NativeMethods.SetThreads(threads), "");
    }
}
