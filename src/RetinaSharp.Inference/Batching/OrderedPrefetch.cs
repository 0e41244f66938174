using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RetinaSharp.Inference.Batching;

/// <summary>
/// Produces results a bounded number ahead of their use, and hands them out in order: the one scheduler of all loaders and of detection.
/// </summary>
/// <remarks>
/// An exception surfaces at the position of its result, one of the sources after the results before it. When the enumeration ends early, or is
/// cancelled, what was produced ahead is awaited and disposed, so that nothing runs on after it.
/// </remarks>
public static class OrderedPrefetch
{
    /// <summary>Starts asynchronous work for each source, in order, and enumerates the results in the same order.</summary>
    /// <typeparam name="TSource">Type of the sources.</typeparam>
    /// <typeparam name="TResult">Type of the results; disposed where they implement <see cref="IDisposable"/> and are not handed out.</typeparam>
    /// <param name="sources">The sources; may be endless. They are enumerated on the thread pool.</param>
    /// <param name="start">
    /// Starts the work for a source. It is called for every source that was taken, with a token that also ends with the enumeration, and owns the source.
    /// </param>
    /// <param name="ahead">Results, from 1, that are produced or wait while one is used; no source beyond them is taken.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ahead"/> is below 1.</exception>
    public static IAsyncEnumerable<TResult> SelectAsync<TSource, TResult>(
        IAsyncEnumerable<TSource> sources, Func<TSource, CancellationToken, Task<TResult>> start, int ahead, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1);
        return Enumerate(sources, start, ahead, cancellationToken);
    }

    /// <summary>Produces results on pool threads and enumerates them in the order of the sources, blocking the caller where none is ready.</summary>
    /// <typeparam name="TSource">Type of the sources.</typeparam>
    /// <typeparam name="TResult">Type of the results; disposed where they implement <see cref="IDisposable"/> and are not handed out.</typeparam>
    /// <param name="sources">The sources; may be endless. They are enumerated on the thread pool.</param>
    /// <param name="make">Produces the result of a source, on a pool thread.</param>
    /// <param name="workers">Results that are produced at the same time, from 1.</param>
    /// <param name="ahead">Results, from 1, that are produced or wait while one is used; below <paramref name="workers"/> some of these are idle.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> or <paramref name="ahead"/> is below 1.</exception>
    public static IEnumerable<TResult> Select<TSource, TResult>(
        IEnumerable<TSource> sources, Func<TSource, CancellationToken, TResult> make, int workers, int ahead, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        // This scheduler starts tasks in order and runs no more than so many at a time.
        var factory = new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler);
        return SelectAsync(sources.ToAsyncEnumerable(), (source, token) => factory.StartNew(() => make(source, token), token), ahead)
            .ToBlockingEnumerable(cancellationToken);
    }

    private static async IAsyncEnumerable<TResult> Enumerate<TSource, TResult>(
        IAsyncEnumerable<TSource> sources, Func<TSource, CancellationToken, Task<TResult>> start, int ahead, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var results = Channel.CreateBounded<Task<TResult>>(new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        var producer = Task.Run(() => ProduceAsync(sources, start, results.Writer, stop.Token), CancellationToken.None);
        try
        {
            while (await results.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                // It stays in the channel until it is complete, so that it counts as ahead, and is disposed below where it is not handed out.
                results.Reader.TryPeek(out var next);
                var result = await next!.ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                results.Reader.TryRead(out _);
                yield return result;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await producer.ConfigureAwait(false);
            while (results.Reader.TryRead(out var left))
            {
                await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (left.IsCompletedSuccessfully)
                    (left.Result as IDisposable)?.Dispose();
            }
        }
    }

    private static async Task ProduceAsync<TSource, TResult>(
        IAsyncEnumerable<TSource> sources, Func<TSource, CancellationToken, Task<TResult>> start, ChannelWriter<Task<TResult>> results, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = sources.GetAsyncEnumerator(cancellationToken);
            // There is room before a source is taken: no more are taken than may be ahead.
            while (await results.WaitToWriteAsync(cancellationToken).ConfigureAwait(false) && await source.MoveNextAsync().ConfigureAwait(false))
                results.TryWrite(StartAsync(source.Current));
            results.Complete();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            results.Complete();
        }
        catch (Exception error)
        {
            results.Complete(error);
        }

        // What is thrown before the work is asynchronous becomes the result's, too.
        async Task<TResult> StartAsync(TSource source) => await start(source, cancellationToken).ConfigureAwait(false);
    }
}
