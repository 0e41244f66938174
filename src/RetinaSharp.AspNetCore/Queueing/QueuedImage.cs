using System.Diagnostics;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.AspNetCore.Queueing;

/// <summary>A decoded image that waits for the network, and the task that completes with its detections.</summary>
internal sealed class QueuedImage
{
    private readonly TaskCompletionSource<ImageDetections> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable _slot;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _registration;
    private int _isTaken;

    /// <summary>Creates the image. It takes ownership of the place in the queue.</summary>
    /// <param name="source">The decoded image.</param>
    /// <param name="size">Padded size of the image in the network's input.</param>
    /// <param name="slot">Place in the queue, which is freed when the image goes to the network or is canceled.</param>
    /// <param name="queued">Time stamp of when the image was queued.</param>
    /// <param name="cancellationToken">Cancels the image. If it still waits, the network never sees it.</param>
    public QueuedImage(ImageSource source, PaddedSize size, IDisposable slot, long queued, CancellationToken cancellationToken)
    {
        (Source, Size, _slot, Queued, _cancellationToken) = (source, size, slot, queued, cancellationToken);
        _registration = cancellationToken.UnsafeRegister(static image => ((QueuedImage)image!).Cancel(), this);
    }

    /// <summary>The decoded image; null if the image was canceled before it was taken.</summary>
    public ImageSource? Source { get; private set; }

    /// <summary>Padded size of the image in the network's input.</summary>
    public PaddedSize Size { get; }

    /// <summary>Time stamp of when the image was queued.</summary>
    public long Queued { get; }

    /// <summary>The activity of the request.</summary>
    public ActivityContext Activity { get; } = System.Diagnostics.Activity.Current?.Context ?? default;

    /// <summary>The task that completes with the detections.</summary>
    public Task<ImageDetections> Result => _result.Task;

    /// <summary>Whether the image was canceled or is in the network.</summary>
    public bool IsTaken => Volatile.Read(ref _isTaken) != 0;

    /// <summary>Takes the image out of the queue. Returns false if it was canceled.</summary>
    public bool TryTake()
    {
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
            return false;
        _slot.Dispose();
        return true;
    }

    /// <summary>Completes <see cref="Result"/>. Does nothing if the image was canceled in the meantime.</summary>
    public void Complete(ImageDetections detections)
    {
        _registration.Unregister();
        _result.TrySetResult(detections);
    }

    /// <summary>Completes <see cref="Result"/> with an exception. Does nothing if the image was canceled in the meantime.</summary>
    public void Fail(Exception error)
    {
        _registration.Unregister();
        _result.TrySetException(error);
    }

    private void Cancel()
    {
        // It may stay in a list for as long as a batch runs; its pixels must not.
        if (TryTake())
            Source = null;
        _result.TrySetCanceled(_cancellationToken);
    }
}
