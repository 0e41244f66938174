using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using RetinaSharp.Kernels.Native;
using TorchSharp;

namespace RetinaSharp.Kernels;

/// <summary>
/// Parallel loops on the threads that LibTorch's operators use. OpenMP threads spin for a while after each operator, so threads of the .NET
/// thread pool would compete with them for the cores.
/// </summary>
internal static unsafe class ParallelFor
{
    /// <summary>
    /// Calls a delegate for each index, on as many threads as LibTorch's operators use. Each thread takes one index after the other, so a
    /// slow core processes fewer.
    /// </summary>
    /// <param name="count">Number of indices; they start at 0.</param>
    /// <param name="body">Called once for each index, on any thread.</param>
    public static void Run(int count, Action<int> body)
    {
        var threads = Math.Min(count, torch.get_num_threads());
        if (threads <= 1)
        {
            for (var i = 0; i < count; i++)
                body(i);
            return;
        }

        var loop = new Loop(count, body);
        var handle = GCHandle.Alloc(loop);
        try
        {
            if (StableAbi.torch_parallel_for(0, threads, 1, &RunIndices, (void*)GCHandle.ToIntPtr(handle)) != 0)
                throw new TorchOperatorException("torch_parallel_for failed.");
        }
        finally
        {
            handle.Free();
        }

        loop.Error?.Throw();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void RunIndices(long begin, long end, void* context) => ((Loop)GCHandle.FromIntPtr((nint)context).Target!).RunIndices();

    private sealed class Loop(int count, Action<int> body)
    {
        private int _next = -1;

        public ExceptionDispatchInfo? Error { get; private set; }

        public void RunIndices()
        {
            try
            {
                for (var i = Interlocked.Increment(ref _next); i < count; i = Interlocked.Increment(ref _next))
                    body(i);
            }
            catch (Exception error)
            {
                // An exception must not propagate through native frames; Run rethrows it.
                Error ??= ExceptionDispatchInfo.Capture(error);
            }
        }
    }
}
