using System.Runtime.ExceptionServices;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Threads that take the shards of a step through the network. They live as long as the training, because LibTorch keeps a
/// number of threads, and oneDNN its memory, for each thread that calls them.
/// </summary>
internal sealed class ShardThreads : IDisposable
{
    private readonly SemaphoreSlim[] _starts;
    private readonly Thread[] _threads;
    private readonly ExceptionDispatchInfo?[] _errors;
    private readonly CountdownEvent _running = new(1);
    private Action<int>? _work;
    private volatile bool _ends;

    /// <summary>Starts the threads.</summary>
    /// <param name="shards">How many; the first is the caller's thread.</param>
    /// <param name="operatorThreads">Threads that an operator may use in each.</param>
    public ShardThreads(int shards, int operatorThreads)
    {
        _errors = new ExceptionDispatchInfo?[shards];
        _starts = [.. Enumerable.Range(1, shards - 1).Select(_ => new SemaphoreSlim(0))];
        _threads = [.. Enumerable.Range(1, shards - 1).Select(shard => new Thread(() => Loop(shard, operatorThreads)) { IsBackground = true, Name = $"shard {shard}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>Does some work for each shard at the same time, and waits for all. What the first of them throws is thrown here.</summary>
    /// <param name="count">How many shards have work, from the first on.</param>
    /// <param name="work">Given the number of the shard.</param>
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
        _ends = true;
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
            if (_ends)
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
            // Not handled here: thrown again by Run.
            _errors[shard] = ExceptionDispatchInfo.Capture(error);
        }

        _running.Signal();
    }
}
