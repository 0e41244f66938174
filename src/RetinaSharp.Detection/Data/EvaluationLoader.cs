using RetinaSharp.Datasets;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Loads batches of images for evaluation on background threads, in the order of the images. The last batch may be smaller than the others.
/// </summary>
internal sealed class EvaluationLoader
{
    private readonly IReadOnlyList<AnnotatedImage> _images;
    private readonly InputSize _size;
    private readonly LoaderOptions _options;
    private readonly ImageStore _store;

    /// <summary>Creates the loader. No image is read yet.</summary>
    /// <param name="images">The images; their annotations are not used.</param>
    /// <param name="size">Size that images are scaled to.</param>
    /// <param name="options">Batch size, threads and memory; seed and rank are not used.</param>
    /// <exception cref="DatasetException">The annotations do not give the size of an image.</exception>
    public EvaluationLoader(IReadOnlyList<AnnotatedImage> images, InputSize size, LoaderOptions options)
    {
        size.Validate();
        options.Validate();
        ImageSizes.RequireKnown(images);
        (_images, _size, _options) = (images, size, options);
        _store = new(size, 1, options.CacheBytes);
    }

    /// <summary>Number of batches.</summary>
    public int BatchCount => (int)Math.Ceiling((double)_images.Count / _options.BatchSize);

    internal BufferPool<PixelBuffer> Pool { get; } = new();

    /// <summary>
    /// Enumerates the batches; the caller disposes each of them. Enumeration throws the same exceptions as <see cref="TrainingLoader.EnumerateEpoch"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    public IEnumerable<ImageBatch> Batches(CancellationToken cancellationToken = default) =>
        OrderedPrefetch.Select(Enumerable.Range(0, BatchCount), Make, _options.Workers, _options.Prefetch, cancellationToken);

    private ImageBatch Make(int batch, CancellationToken cancellationToken)
    {
        var first = batch * _options.BatchSize;
        var count = Math.Min(_options.BatchSize, _images.Count - first);
        var geometries = Enumerable.Range(first, count).Select(i => _size.Fit(_images[i].Width, _images[i].Height)).ToArray();
        return ImageBatch.Create(geometries, i =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return _store.Read(_images[first + i]);
        }, Pool, first);
    }
}
