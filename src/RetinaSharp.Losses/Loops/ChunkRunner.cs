using System.Runtime.ExceptionServices;

namespace RetinaSharp.Losses.Loops;

/// <summary>
/// Does chunks of work on several threads and adds their numbers in the order of the chunks, so that the sum is the same
/// whatever the number of threads. The caller's thread works too: with a busy pool it does everything. The runner is kept
/// for the next call, which then allocates nothing.
/// </summary>
internal sealed class ChunkRunner<TWork> : IThreadPoolWorkItem where TWork : struct, IChunkWork
{
    private static ChunkRunner<TWork>? _spare;

    private TWork _work;
    private double[] _sums = [];
    private Exception? _error;
    private int _chunks;
    private int _next;
    private int _unfinished;
    private int _holders;

    /// <summary>The sum of the chunks' numbers.</summary>
    public static double Sum(in TWork work, int chunks, int threads)
    {
        threads = Math.Min(threads, chunks);
        if (threads > 1)
            return (Interlocked.Exchange(ref _spare, null) ?? new()).SumOnThreads(work, chunks, threads);
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
        (_work, _error, _chunks, _next, _unfinished, _holders) = (work, null, chunks, 0, chunks, threads);
        for (var helper = 1; helper < threads; helper++)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        TakeChunks();
        // Only chunks that are under way on other threads are waited for, never a helper that has not begun.
        var wait = new SpinWait();
        while (Volatile.Read(ref _unfinished) > 0)
            wait.SpinOnce();
        double sum = 0;
        for (var chunk = 0; chunk < chunks; chunk++)
            sum += _sums[chunk];
        var error = _error;
        Release();
        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
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
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref _error, error, null);
            }
            Interlocked.Decrement(ref _unfinished);
        }
    }

    // The last to leave puts the runner back: a helper that begins late must find the state that it was queued with.
    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
            return;
        _work = default;
        _error = null;
        Volatile.Write(ref _spare, this);
    }
}
