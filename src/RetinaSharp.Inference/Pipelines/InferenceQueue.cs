using System.Threading.Channels;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// Runs batches on an engine, in order, as many at a time as it allows. The others wait without holding a thread.
/// </summary>
/// <remarks>
/// The engine runs on threads of the queue, not on pool threads: OpenMP keeps a team of worker threads for every thread that ever ran a parallel
/// region, so that a network which hops over pool threads would leave a team with each of them.
/// </remarks>
internal sealed class InferenceQueue : IDisposable
{
    private readonly IInferenceEngine _engine;
    private readonly Channel<InferenceRequest> _requests;
    private readonly Thread[] _threads;
    private int _isDisposed;

    /// <param name="engine">The engine; the queue owns it.</param>
    public InferenceQueue(IInferenceEngine engine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(engine.MaxConcurrency, 1);
        _engine = engine;
        // Callers bound it: each waits for its own batch.
        _requests = Channel.CreateUnbounded<InferenceRequest>(new() { SingleReader = engine.MaxConcurrency == 1 });
        _threads = [.. Enumerable.Range(0, engine.MaxConcurrency).Select(i => new Thread(Work) { IsBackground = true, Name = $"RetinaSharp inference {i}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>Runs a batch when it is its turn.</summary>
    /// <param name="batch">The batch; the caller's until the task is complete.</param>
    /// <param name="cancellationToken">Ends the wait; a batch that runs is finished.</param>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public Task<IInferenceOutput> RunAsync(ImageBatch batch, CancellationToken cancellationToken)
    {
        var request = new InferenceRequest(batch, cancellationToken);
        if (!_requests.Writer.TryWrite(request))
            request.Refuse();
        return request.Output;
    }

    /// <summary>Waits for the batches that run, refuses those that wait, and disposes the engine.</summary>
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
                    request.Refuse();
                else
                    request.Run(_engine);
    }
}
