using RetinaSharp.Imaging;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>The enumeration of one detector's results in an ensemble: for each image in order, its detections, or the error of an image that cannot be read.</summary>
internal sealed class MemberRun : IAsyncDisposable
{
    private readonly IAsyncEnumerator<ImageDetections> _results;
    private readonly Queue<ImageException> _errors = [];
    private ImageDetections? _next;

    /// <summary>Starts the enumeration.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="images">The images.</param>
    /// <param name="batch">Maximum batch size.</param>
    /// <param name="throwsErrors">Whether the error of an image is thrown, instead of returned.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    public MemberRun(IObjectDetector detector, IAsyncEnumerable<ImageSource> images, int batch, bool throwsErrors, CancellationToken cancellationToken) =>
        _results = detector.DetectManyAsync(images, batch, null, throwsErrors ? null : _errors.Enqueue, cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Returns the detections or the error of the next image; both null after the last image.</summary>
    public async ValueTask<(ImageDetections? Detections, ImageException? Error)> NextAsync()
    {
        // The detector reports the errors of the images before the next result while it looks for that result.
        if (_errors.Count == 0 && _next is null && await _results.MoveNextAsync().ConfigureAwait(false))
            _next = _results.Current;
        if (_errors.TryDequeue(out var error))
            return (null, error);
        var next = _next;
        _next = null;
        return (next, null);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _results.DisposeAsync();
}
