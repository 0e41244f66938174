using System.Threading.Channels;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// A queue of batches that wait for an engine. They run in order, up to <see cref="IInferenceEngine.MaxConcurrency"/> at a time, on the
/// threads of the queue. Waiting batches do not block a thread.
/// </summary>
/// <remarks>
/// The engine runs on dedicated threads instead of pool threads: OpenMP keeps a team of worker threads for every thread that ever ran a
/// parallel region. If the network ran on pool threads, each of them would keep such a team.
/// </remarks>
internal sealed class InferenceQueue : IDisposable
{
    private readonly IInferenceEngine _engine;
    private readonly Channel<InferenceRequest> _requests;
    private readonly Thread[] _threads;
    private int _isDisposed;

    /// <summary>Creates the queue and starts its threads.</summary>
    /// <param name="engine">Engine that runs the batches. The queue takes ownership of it.</param>
    public InferenceQueue(IInferenceEngine engine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(engine.MaxConcurrency, 1);
        _engine = engine;
        // Unbounded, since callers limit the number of requests: each awaits its own batch.
        _requests = Channel.CreateUnbounded<InferenceRequest>(new() { SingleReader = engine.MaxConcurrency == 1 });
        _threads = [.. Enumerable.Range(0, engine.MaxConcurrency).Select(i => new Thread(Work) { IsBackground = true, Name = $"RetinaSharp inference {i}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>Enqueues a batch. The returned task completes with the outputs of the network when the batch has run.</summary>
    /// <param name="batch">Batch to run. It must not be disposed until the task completes.</param>
    /// <param name="cancellationToken">Cancels the wait. A batch that is already running completes.</param>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public Task<IInferenceOutput> RunAsync(ImageBatch batch, CancellationToken cancellationToken)
    {
        var request = new InferenceRequest(batch, cancellationToken);
        if (!_requests.Writer.TryWrite(request))
            request.Reject();
        return request.Output;
    }

    /// <summary>
    /// Fails the waiting batches with an <see cref="ObjectDisposedException"/>, waits for the running ones, and disposes the engine.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _requests.Writer.Complete();
        foreach (var thread in _threads)
            thread.Join();
        _engine.Dispose();
    }

    private void Work()
    {
        while (_requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            while (_requests.Reader.TryRead(out var request))
                if (Volatile.Read(ref _isDisposed) != 0)
                    request.Reject();
                else
                    request.Run(_engine);
    }
}
