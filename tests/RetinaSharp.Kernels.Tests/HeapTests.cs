using System.Runtime.InteropServices;

namespace RetinaSharp.Kernels.Tests;

public sealed unsafe partial class HeapTests
{
    // More than the largest threshold that glibc chooses itself (32 MB), less than the heap of a thread (64 MB).
    private const int Size = 40 << 20;

    [Fact]
    public void KeepFreedMemory_LargeBlock_ComesFromTheHeapAndStaysThere()
    {
        Assert.SkipUnless(NativeLibrary.TryLoad("libc.so.6", out var libc) && NativeLibrary.TryGetExport(libc, "mallinfo2", out _), "needs glibc");
        Heap.KeepFreedMemory();
        var before = mallinfo2();

        var block = NativeMemory.Alloc(Size);
        var during = mallinfo2();
        NativeMemory.Free(block);
        var after = mallinfo2();

        // By default a block of this size has a mapping of its own, which goes back to the system when it is freed.
        Assert.InRange(during.MappedBytes, 0u, before.MappedBytes);
        Assert.InRange(after.FreeBytes, (nuint)Size, nuint.MaxValue);
    }

    [LibraryImport("libc.so.6")]
    private static partial MallocInfo mallinfo2();

    /// <summary>struct mallinfo2 of glibc's malloc.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MallocInfo
    {
        public nuint ArenaBytes, FreeChunks, FastChunks, MappedBlocks, MappedBytes, MaxUsed, FastBytes, UsedBytes, FreeBytes, TopBytes;
    }
}
