using Microsoft.Extensions.Logging;
using RetinaSharp.AspNetCore.Diagnostics;
using RetinaSharp.AspNetCore.Queueing;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Models;

/// <summary>
/// A detector that serves requests, and its queue. It counts its references: the service holds one as long as the detector is the current one, each request one while it
/// runs. The last one disposes the detector.
/// </summary>
internal sealed class LoadedDetector(IObjectDetector detector, BatchQueue queue, DateTimeOffset loaded, ILogger logger) : IDisposable
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _references = 1;

    /// <summary>The detector.</summary>
    public IObjectDetector Detector => detector;

    /// <summary>Groups the images of all requests into batches.</summary>
    public BatchQueue Queue => queue;

    /// <summary>When the detector was loaded.</summary>
    public DateTimeOffset Loaded => loaded;

    /// <summary>The task that completes when the detector is disposed.</summary>
    public Task Disposed => _disposed.Task;

    /// <summary>Adds a reference, which must be disposed. Returns false if the detector is being disposed.</summary>
    public bool TryAddReference()
    {
        int references;
        do
        {
            references = Volatile.Read(ref _references);
            if (references == 0)
                return false;
        }
        while (Interlocked.CompareExchange(ref _references, references + 1, references) != references);
        return true;
    }

    /// <summary>Removes a reference.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) == 0)
            _ = Task.Run(DisposeDetectorAsync);
    }

    private async Task DisposeDetectorAsync()
    {
        try
        {
            await queue.DisposeAsync().ConfigureAwait(false);
            detector.Dispose();
        }
        catch (Exception error)
        {
            logger.DisposalFailed(error);
        }
        finally
        {
            _disposed.SetResult();
        }
    }
}
