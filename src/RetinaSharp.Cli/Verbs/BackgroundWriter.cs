namespace RetinaSharp.Cli.Verbs;

/// <summary>
/// Does work on other threads, beside the thread that runs the network: a bounded queue, into which <see cref="Add"/> waits where it is full.
/// Work starts in the order in which it was added, and the first exception in this order comes out.
/// </summary>
/// <param name="workers">Pieces of work that run side by side at most.</param>
/// <param name="capacity">Pieces of work that are not done yet, at most.</param>
internal sealed class BackgroundWriter(int workers, int capacity) : IDisposable
{
    private readonly TaskFactory _factory = new(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Task> _tasks = new();

    /// <summary>Adds work; waits where too much of it is not done yet.</summary>
    /// <exception cref="Exception">What earlier work threw, as it threw it.</exception>
    public void Add(Action work)
    {
        while (_tasks.Count > 0 && (_tasks.Count >= capacity || _tasks.Peek().IsCompleted))
            _tasks.Dequeue().GetAwaiter().GetResult();
        _tasks.Enqueue(_factory.StartNew(work, _stop.Token));
    }

    /// <summary>Waits until all is done.</summary>
    /// <exception cref="Exception">What the first work that failed threw, as it threw it.</exception>
    public void Complete()
    {
        while (_tasks.Count > 0)
            _tasks.Dequeue().GetAwaiter().GetResult();
    }

    /// <summary>Drops what has not started, and waits for what has: no file is left half-written.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        foreach (var task in _tasks)
            task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _tasks.Clear();
        _stop.Dispose();
    }
}
