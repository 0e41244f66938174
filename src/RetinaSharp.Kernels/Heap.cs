using System.Runtime.InteropServices;

namespace RetinaSharp.Kernels;

/// <summary>Settings of the C library's heap, in which LibTorch allocates CPU tensors.</summary>
public static partial class Heap
{
    // Parameters of mallopt, from glibc's malloc.h.
    private const int TrimThreshold = -1, TopPad = -2, MmapMax = -4;

    /// <summary>
    /// Makes glibc keep freed memory instead of returning it to the operating system. In training, this avoids a page fault for each 4 KB
    /// of a new activation. The setting applies to the whole process and cannot be undone, so the application must call this method
    /// explicitly, before it creates tensors. It has no effect on systems without glibc.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            // Allocates no block with mmap, and never returns the top of the heap (-1: no threshold).
            _ = mallopt(MmapMax, 0) & mallopt(TrimThreshold, -1) & mallopt(TopPad, 256 << 20);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl has no mallopt.
        }
    }

    /// <summary>
    /// Returns the freed memory that glibc has kept to the operating system, such as that of a finished training run: other threads, which allocate in other arenas, would
    /// not reuse it. It has no effect on systems without glibc.
    /// </summary>
    public static void ReturnFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = malloc_trim(0);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl has no malloc_trim, and keeps little memory.
        }
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
