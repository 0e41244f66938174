using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// A sequence that is enumerated once, for several readers at their own pace. The reader that is ahead enumerates the source; elements wait in
/// memory for the readers behind it.
/// </summary>
/// <typeparam name="T">Type of the elements.</typeparam>
/// <param name="source">Enumerator of the source; may be infinite. It is not disposed.</param>
/// <param name="readers">Number of readers.</param>
internal sealed class SharedSequence<T>(IAsyncEnumerator<T> source, int readers)
{
    private readonly ConcurrentQueue<T>[] _waiting = [.. Enumerable.Range(0, readers).Select(_ => new ConcurrentQueue<T>())];
    private readonly SemaphoreSlim _turn = new(1);
    private ExceptionDispatchInfo? _error;
    private bool _isAtEnd;

    /// <summary>Enumerates the elements for a reader. Each reader may enumerate once, concurrently with the others.</summary>
    /// <param name="reader">Index of the reader.</param>
    /// <param name="cancellationToken">Cancels waiting for another reader. A running enumeration of the source is not canceled.</param>
    public async IAsyncEnumerable<T> ReadAsync(int reader, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (!_waiting[reader].TryDequeue(out var element))
            {
                await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    // Another reader may have enumerated an element in the meantime.
                    if (_waiting[reader].IsEmpty && !await MoveNextAsync().ConfigureAwait(false))
                        yield break;
                }
                finally
                {
                    _turn.Release();
                }

                continue;
            }

            yield return element;
        }
    }

    private async ValueTask<bool> MoveNextAsync()
    {
        _error?.Throw();
        try
        {
            _isAtEnd = _isAtEnd || !await source.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _error = ExceptionDispatchInfo.Capture(error);
            throw;
        }

        if (_isAtEnd)
            return false;
        foreach (var waiting in _waiting)
            waiting.Enqueue(source.Current);
        return true;
    }
}
