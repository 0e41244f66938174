using System.Runtime.ExceptionServices;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// Runs chunks of work on several threads and adds their results in chunk order, so that the sum does not depend on the number of threads.
/// The calling thread takes chunks too, so a busy thread pool cannot stall it. The runner is cached for the next call, which then allocates
/// nothing.
/// </summary>
internal sealed class ChunkRunner<TWork> : IThreadPoolWorkItem where TWork : struct, IChunkWork
{
    private static ChunkRunner<TWork>? _cached;

    private TWork _work;
    private double[] _sums = [];
    private Exception? _exception;
    private int _chunks;
    private int _next;
    private int _unfinished;
    private int _references;

    /// <summary>Runs all chunks and returns the sum of their results.</summary>
    public static double Sum(in TWork work, int chunks, int threads)
    {
        threads = Math.Min(threads, chunks);
        if (threads > 1)
            return (Interlocked.Exchange(ref _cached, null) ?? new()).SumOnThreads(work, chunks, threads);
        double sum = 0;
        for (var chunk = 0; chunk < chunks; chunk++)
            sum += work.Run(chunk);
        return sum;
    }

    void IThreadPoolWorkItem.Execute()
    {
        TakeChunks();
        Release();
    }

    private double SumOnThreads(in TWork work, int chunks, int threads)
    {
        if (_sums.Length < chunks)
            _sums = new double[chunks];
        (_work, _exception, _chunks, _next, _unfinished, _references) = (work, null, chunks, 0, chunks, threads);
        for (var helper = 1; helper < threads; helper++)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        TakeChunks();
        // Waits only for chunks that other threads have begun, never for a queued work item that has not started.
        var wait = new SpinWait();
        while (Volatile.Read(ref _unfinished) > 0)
            wait.SpinOnce();
        double sum = 0;
        for (var chunk = 0; chunk < chunks; chunk++)
            sum += _sums[chunk];
        var exception = _exception;
        Release();
        if (exception is not null)
            ExceptionDispatchInfo.Throw(exception);
        return sum;
    }

    private void TakeChunks()
    {
        int chunk;
        while ((chunk = Interlocked.Increment(ref _next) - 1) < _chunks)
        {
            try
            {
                _sums[chunk] = _work.Run(chunk);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _exception, exception, null);
            }
            Interlocked.Decrement(ref _unfinished);
        }
    }

    // The last user returns the runner to the cache: a work item that starts late must see the state it was queued with.
    private void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        _work = default;
        _exception = null;
        Volatile.Write(ref _cached, this);
    }
}
