using System.Runtime.InteropServices;

namespace RetinaSharp.Kernels;

/// <summary>The C library's heap, from which LibTorch takes the memory of tensors on the CPU.</summary>
public static partial class Heap
{
    // malloc.h of glibc.
    private const int TrimThreshold = -1, TopPad = -2, MmapMax = -4;

    /// <summary>
    /// Lets glibc keep freed memory instead of giving it back to the system after each tensor. In training, this removes a page fault for each
    /// 4 KB of a fresh activation. It concerns the whole process and does not go back, so that an application calls it by itself, before the
    /// first tensor; it has no effect on systems without glibc.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            // No block has a mapping of its own, and the end of the heap is never given back (-1: no threshold).
            _ = mallopt(MmapMax, 0) & mallopt(TrimThreshold, -1) & mallopt(TopPad, 256 << 20);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl has no mallopt, and no need of it.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
