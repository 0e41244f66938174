using System.Collections.Concurrent;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <summary>Counts tensors, so that tests and long runs can hold that none leaks.</summary>
public static class TensorCount
{
    private static readonly ConcurrentQueue<nint> Handles = new();
    private static long _forgotten;

    /// <summary>Tensors not yet freed, those of modules and optimisers included.</summary>
    public static long Alive
    {
        get
        {
            Shim.EnsureLoaded();
            return NativeMethods.rt_alive();
        }
    }

    /// <summary>Tensors that were collected without having been freed: each is a mistake of the program.</summary>
    public static long Forgotten => Interlocked.Read(ref _forgotten);

    internal static void Forget(nint handle)
    {
        Interlocked.Increment(ref _forgotten);
        Handles.Enqueue(handle);
    }

    /// <summary>Frees, on a thread that works with tensors, what the finaliser put aside.</summary>
    internal static void FreeForgotten()
    {
        while (Handles.TryDequeue(out var handle))
            NativeMethods.rt_release(handle);
    }
}
