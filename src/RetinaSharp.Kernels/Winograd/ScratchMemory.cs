using System.Runtime.InteropServices;

namespace RetinaSharp.Kernels;

/// <summary>
/// A block of temporary native memory, which is pooled: newly allocated memory costs a page fault for each 4 KB, which takes as long as
/// filling it. The pool has at most as many blocks as were ever in use at the same time.
/// </summary>
internal sealed unsafe class ScratchMemory : IDisposable
{
    private const nuint Alignment = 64;

    // Maximum number of elements of a block in the pool; larger blocks are freed immediately.
    private const long MaxKeptElements = 32L << 20;
    private static readonly List<ScratchMemory> Idle = [];
    private float* _pointer;
    private long _elements;

    private ScratchMemory(long elements)
    {
        _elements = elements;
        _pointer = (float*)NativeMemory.AlignedAlloc(checked((nuint)elements * sizeof(float)), Alignment);
    }

    /// <summary>Address of the fp32 elements, which are aligned to a cache line and not initialized.</summary>
    public float* Pointer => _pointer;

    /// <summary>
    /// Takes a block with at least the given number of fp32 elements from the pool, or allocates one. Disposing the block returns it.
    /// </summary>
    public static ScratchMemory Rent(long elements)
    {
        ScratchMemory? outgrown = null;
        lock (Idle)
        {
            // Takes the smallest block that is large enough. If no block is, frees the largest one and allocates a new one.
            var best = -1;
            for (var i = 0; i < Idle.Count; i++)
            {
                if (best < 0 || (Idle[best]._elements < elements ? Idle[i]._elements > Idle[best]._elements : Idle[i]._elements >= elements && Idle[i]._elements < Idle[best]._elements))
                    best = i;
            }

            if (best >= 0)
            {
                var found = Idle[best];
                Idle.RemoveAt(best);
                if (found._elements >= elements)
                    return found;
                outgrown = found;
            }
        }

        outgrown?.Free();
        return new(elements);
    }

    /// <summary>Returns the block to the pool, or frees it if it is large.</summary>
    public void Dispose()
    {
        if (_pointer == null)
            return;
        if (_elements > MaxKeptElements)
        {
            Free();
            return;
        }

        lock (Idle)
            Idle.Add(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
        _elements = 0;
    }
}
