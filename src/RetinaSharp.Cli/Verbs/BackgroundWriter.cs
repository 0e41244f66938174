namespace RetinaSharp.Cli.Verbs;

/// <summary>
/// Runs work items, such as writing images, on background threads with a bounded queue: <see cref="Add"/> blocks while the queue is full. Items start in the
/// order in which they were added. If items fail, the exception of the first one in this order is thrown.
/// </summary>
/// <param name="workers">Maximum number of work items that run concurrently.</param>
/// <param name="capacity">Maximum number of unfinished work items.</param>
internal sealed class BackgroundWriter(int workers, int capacity) : IDisposable
{
    private readonly TaskFactory _factory = new(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Task> _tasks = new();

    /// <summary>Adds a work item; blocks while the queue is full.</summary>
    /// <exception cref="Exception">An earlier work item failed; this is its exception.</exception>
    public void Add(Action work)
    {
        while (_tasks.Count > 0 && (_tasks.Count >= capacity || _tasks.Peek().IsCompleted))
            _tasks.Dequeue().GetAwaiter().GetResult();
        _tasks.Enqueue(_factory.StartNew(work, _stop.Token));
    }

    /// <summary>Waits until all work items are finished.</summary>
    /// <exception cref="Exception">A work item failed; this is its exception.</exception>
    public void Complete()
    {
        while (_tasks.Count > 0)
            _tasks.Dequeue().GetAwaiter().GetResult();
    }

    /// <summary>Drops the work items that have not started, and waits for those that have, so that no file is half-written.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        foreach (var task in _tasks)
            task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _tasks.Clear();
        _stop.Dispose();
    }
}
