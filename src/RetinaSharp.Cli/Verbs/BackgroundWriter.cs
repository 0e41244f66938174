namespace RetinaSharp.Cli.Verbs;

/// <summary>
/// Runs work on background threads, with a bounded queue: <see cref="Add"/> blocks while it is full. Work starts in the order in which it
/// was added, and the first exception in this order is thrown.
/// </summary>
/// <param name="workers">Maximum number of work items that run concurrently.</param>
/// <param name="capacity">Maximum number of unfinished work items.</param>
internal sealed class BackgroundWriter(int workers, int capacity) : IDisposable
{
    private readonly TaskFactory _factory = new(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Task> _tasks = new();

    /// <summary>Adds work; blocks while the queue is full.</summary>
    /// <exception cref="Exception">Earlier work failed.</exception>
    public void Add(Action work)
    {
        while (_tasks.Count > 0 && (_tasks.Count >= capacity || _tasks.Peek().IsCompleted))
            _tasks.Dequeue().GetAwaiter().GetResult();
        _tasks.Enqueue(_factory.StartNew(work, _stop.Token));
    }

    /// <summary>Waits for all work.</summary>
    /// <exception cref="Exception">Work failed.</exception>
    public void Complete()
    {
        while (_tasks.Count > 0)
            _tasks.Dequeue().GetAwaiter().GetResult();
    }

    /// <summary>Drops work that has not started, and waits for the rest, so that no file is half-written.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        foreach (var task in _tasks)
            task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _tasks.Clear();
        _stop.Dispose();
    }
}
