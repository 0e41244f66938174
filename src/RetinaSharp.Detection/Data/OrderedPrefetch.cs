namespace RetinaSharp.Detection.Data;

/// <summary>Makes items on other threads, a few ahead of their use, and hands them out in order.</summary>
internal static class OrderedPrefetch
{
    /// <summary>Items <paramref name="first"/> to <paramref name="end"/> - 1; whoever takes one disposes it.</summary>
    /// <remarks>
    /// An exception comes out at the place of its item. When the enumeration ends early, what was made ahead is disposed, and
    /// no thread works on after that.
    /// </remarks>
    public static IEnumerable<T> Read<T>(
        int first, int end, Func<int, CancellationToken, T> make, int workers, int depth, CancellationToken cancellationToken)
        where T : class, IDisposable
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // The scheduler starts tasks in order and runs no more than `workers` at a time.
        var factory = new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler);
        var token = stop.Token;
        var ahead = new Queue<Task<T>>();
        var next = first;
        try
        {
            for (var index = first; index < end; index++)
            {
                Fill();
                var item = ahead.Dequeue().GetAwaiter().GetResult();
                Fill();
                yield return item;
            }
        }
        finally
        {
            stop.Cancel();
            foreach (var task in ahead)
            {
                ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
                if (task.IsCompletedSuccessfully)
                    task.Result.Dispose();
            }
        }

        void Fill()
        {
            for (; next < end && ahead.Count < depth; next++)
            {
                var index = next;
                ahead.Enqueue(factory.StartNew(() => make(index, token), token));
            }
        }
    }
}
