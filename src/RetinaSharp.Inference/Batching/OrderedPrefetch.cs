using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RetinaSharp.Inference.Batching;

/// <summary>
/// Computes results for a sequence of sources in the background, ahead of their consumer, and returns them in the order of the sources. The
/// number of results ahead is bounded. All data loaders and the detection pipeline use this class.
/// </summary>
/// <remarks>
/// If the work for a source throws, the exception is thrown in place of its result. An exception of the source sequence itself is thrown
/// after all earlier results. If the enumeration ends early or is canceled, pending results are awaited and disposed, so that no work
/// continues in the background.
/// </remarks>
public static class OrderedPrefetch
{
    /// <summary>Starts asynchronous work for each source, in order, and enumerates the results in the same order.</summary>
    /// <typeparam name="TSource">Type of the sources.</typeparam>
    /// <typeparam name="TResult">Type of the results. Results that are not returned are disposed if they implement <see cref="IDisposable"/>.</typeparam>
    /// <param name="sources">The sources; may be infinite. They are enumerated on the thread pool.</param>
    /// <param name="start">
    /// Starts the work for a source and takes ownership of the source. It is called for every source that was enumerated, with a token that
    /// is also canceled when the enumeration ends.
    /// </param>
    /// <param name="ahead">
    /// Maximum number of results that are pending or ready while another one is consumed; at least 1. When it is reached, no further source
    /// is enumerated until a result is consumed.
    /// </param>
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

    /// <summary>
    /// Computes results on pool threads and enumerates them in the order of the sources. Blocks the caller while the next result is not
    /// ready.
    /// </summary>
    /// <typeparam name="TSource">Type of the sources.</typeparam>
    /// <typeparam name="TResult">Type of the results. Results that are not returned are disposed if they implement <see cref="IDisposable"/>.</typeparam>
    /// <param name="sources">The sources; may be infinite. They are enumerated on the thread pool.</param>
    /// <param name="make">Computes the result of a source on a pool thread.</param>
    /// <param name="workers">Number of results that are computed concurrently, from 1.</param>
    /// <param name="ahead">
    /// Maximum number of results that are pending or ready while another one is consumed; at least 1. If it is below
    /// <paramref name="workers"/>, some workers are idle.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> or <paramref name="ahead"/> is below 1.</exception>
    public static IEnumerable<TResult> Select<TSource, TResult>(
        IEnumerable<TSource> sources, Func<TSource, CancellationToken, TResult> make, int workers, int ahead, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        // This scheduler starts tasks in order and limits their concurrency.
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
                // A result stays in the channel until it is complete, so that it counts toward the bound and is disposed below if it is not returned.
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
        Exception? failure = null;
        try
        {
            await using var source = sources.GetAsyncEnumerator(cancellationToken);
            // Wait for room before enumerating a source, so that the bound holds.
            while (await results.WaitToWriteAsync(cancellationToken).ConfigureAwait(false) && await source.MoveNextAsync().ConfigureAwait(false))
                results.TryWrite(StartAsync(source.Current));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The consumer has left, or throws itself.
        }
        catch (Exception error)
        {
            failure = error;
        }

        // Only now, because disposing the source may fail, too.
        results.Complete(failure);

        // An exception thrown synchronously becomes the exception of the result, too.
        async Task<TResult> StartAsync(TSource source) => await start(source, cancellationToken).ConfigureAwait(false);
    }
}
