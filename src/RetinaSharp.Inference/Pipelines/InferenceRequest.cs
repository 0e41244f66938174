using System.Diagnostics;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>A batch in an <see cref="InferenceQueue"/>, and the task that completes with the network's outputs for it.</summary>
internal sealed class InferenceRequest
{
    private readonly ImageBatch _batch;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _registration;
    private readonly TaskCompletionSource<IInferenceOutput> _output = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActivityContext _parent = Activity.Current?.Context ?? default;
    private readonly long _queued = Telemetry.Now();
    private int _isTaken;

    public InferenceRequest(ImageBatch batch, CancellationToken cancellationToken)
    {
        (_batch, _cancellationToken) = (batch, cancellationToken);
        _registration = cancellationToken.UnsafeRegister(static request => ((InferenceRequest)request!).Cancel(), this);
    }

    /// <summary>The task that completes with the network's outputs.</summary>
    public Task<IInferenceOutput> Output => _output.Task;

    /// <summary>Runs the network on the batch and completes <see cref="Output"/>. Does nothing if the request was canceled.</summary>
    public void Run(IInferenceEngine engine)
    {
        if (!TryTake())
            return;
        _registration.Unregister();
        try
        {
            // Here, because a listener that throws would end the process.
            Telemetry.RecordQueued(_queued);
            _output.SetResult(RunTraced(engine));
        }
        catch (Exception error)
        {
            _output.SetException(error);
        }
    }

    /// <summary>
    /// Completes <see cref="Output"/> with an <see cref="ObjectDisposedException"/>. Does nothing if the request was canceled.
    /// </summary>
    public void Reject()
    {
        if (!TryTake())
            return;
        _registration.Unregister();
        _output.SetException(new ObjectDisposedException(nameof(ObjectDetector)));
    }

    private IInferenceOutput RunTraced(IInferenceEngine engine)
    {
        using var activity = Telemetry.StartInference(_batch, _parent);
        var started = Telemetry.Now();
        IInferenceOutput? output = null;
        try
        {
            output = engine.Run(_batch);
            Telemetry.RecordBatch(started);
            return output;
        }
        catch (Exception error)
        {
            output?.Dispose();
            Telemetry.Fail(activity, error);
            throw;
        }
    }

    private void Cancel()
    {
        if (TryTake())
            _output.SetCanceled(_cancellationToken);
    }

    private bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;
}
