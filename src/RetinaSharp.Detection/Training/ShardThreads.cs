using System.Runtime.ExceptionServices;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The threads that compute the forward and backward passes of a training run. A batch is split into shards (parts), and each shard has its own thread. The
/// threads live as long as the training run, because LibTorch keeps its thread count, and oneDNN its scratch memory, per calling thread.
/// </summary>
internal sealed class ShardThreads : IDisposable
{
    private readonly SemaphoreSlim[] _starts;
    private readonly Thread[] _threads;
    private readonly ExceptionDispatchInfo?[] _errors;
    private readonly CountdownEvent _running = new(1);
    private Action<int>? _work;
    private volatile bool _isDisposed;

    /// <summary>Starts the threads.</summary>
    /// <param name="shards">Number of shards. The first one runs on the calling thread, each other one on a new thread.</param>
    /// <param name="operatorThreads">Number of threads that LibTorch's operators use for each shard.</param>
    public ShardThreads(int shards, int operatorThreads)
    {
        _errors = new ExceptionDispatchInfo?[shards];
        _starts = [.. Enumerable.Range(1, shards - 1).Select(_ => new SemaphoreSlim(0))];
        _threads = [.. Enumerable.Range(1, shards - 1).Select(shard => new Thread(() => Loop(shard, operatorThreads)) { IsBackground = true, Name = $"shard {shard}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>
    /// Runs an action concurrently for each shard, and waits for all. If actions throw, rethrows the exception of the shard with the lowest index.
    /// </summary>
    /// <param name="count">Number of shards to run, from the first.</param>
    /// <param name="work">The action, called with the index of the shard.</param>
    public void Run(int count, Action<int> work)
    {
        _work = work;
        _running.Reset(count);
        for (var shard = 1; shard < count; shard++)
            _starts[shard - 1].Release();
        Do(0);
        _running.Wait();
        var error = _errors.FirstOrDefault(error => error is not null);
        Array.Clear(_errors);
        error?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var start in _starts)
            start.Release();
        foreach (var thread in _threads)
            thread.Join();
        foreach (var start in _starts)
            start.Dispose();
        _running.Dispose();
    }

    private void Loop(int shard, int operatorThreads)
    {
        LibTorch.Threads = operatorThreads;
        while (true)
        {
            _starts[shard - 1].Wait();
            if (_isDisposed)
                return;
            Do(shard);
        }
    }

    private void Do(int shard)
    {
        try
        {
            _work!(shard);
        }
        catch (Exception error)
        {
            // Rethrown by Run on the calling thread.
            _errors[shard] = ExceptionDispatchInfo.Capture(error);
        }

        _running.Signal();
    }
}
