using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Pipelines;
using RetinaSharp.Inference.Postprocessing;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference;

/// <summary>
/// A detector that runs the network on any <see cref="IInferenceEngine"/>. It decodes, scales and batches images, runs the network, and
/// postprocesses its outputs. Thread-safe: up to <see cref="IInferenceEngine.MaxConcurrency"/> batches run concurrently; other batches wait
/// without blocking a thread.
/// </summary>
public class ObjectDetector : IObjectDetector
{
    private readonly InferenceQueue _queue;
    private readonly AnchorGenerator _anchors;
    private readonly Postprocessor _postprocessor;
    private readonly ViewPlanner _planner;
    private readonly DetectionPipeline _pipeline;
    private readonly ILogger _logger;
    private readonly bool _supportsMixedSizes;
    private readonly BufferPool<PixelBuffer> _pool = new();

    /// <summary>Creates a detector. It takes ownership of the engine and disposes it.</summary>
    /// <param name="engine">Runs the network.</param>
    /// <param name="options">Options that override the model's settings; null overrides none.</param>
    /// <exception cref="ArgumentException">An option is out of its range or does not fit the model. The caller still owns the engine.</exception>
    public ObjectDetector(IInferenceEngine engine, ObjectDetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        options ??= new();
        options.ValidateTiles();
        var model = engine.Model;
        _planner = new(options.Input ?? model.Input, (options.Tile ?? model.Tile) is { } side and > 0 ? side : null, options.TileOverlap, options.TestTimeAugmentation);
        Input.Validate();
        var settings = options.ApplyTo(model.Inference);
        settings.Validate();
        Categories = model.Categories;
        _anchors = new(model.Anchors);
        _postprocessor = new(settings, model.Categories, model.BoxOutputs);
        _pipeline = new(_planner, new(settings, options.MaxDetections is not null, _planner.MaxCompleteObjectSize), RunAsync, Postprocess, engine.MaxConcurrency, _pool);
        _queue = new(engine);
        _supportsMixedSizes = engine.SupportsMixedSizes;
        _logger = options.Logger;
        var views = (_planner.Tile, options.TestTimeAugmentation) switch
        {
            (null, false) => "whole images",
            (null, true) => "test-time augmentation",
            ({ } tile, false) => $"slices of {tile} px",
            ({ } tile, true) => $"slices of {tile} px with test-time augmentation",
        };
        _logger.DetectorCreated(Categories.Count, Input, views, engine.MaxConcurrency);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Category> Categories { get; }

    /// <inheritdoc/>
    public InputSize Input => _planner.Input;

    /// <inheritdoc/>
    public ImageSource Decode(ImageSource image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Decode(_planner.DecodeSize);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DetectedObject>> DetectAsync(ImageSource image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var activity = Telemetry.StartDetection();
        try
        {
            // An image with one view needs no pipeline.
            return _planner.HasSingleView
                ? (await DetectAsync(() => CreateBatch(Load(image)), cancellationToken).ConfigureAwait(false))[0]
                : await DetectViewsAsync(image, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Telemetry.Fail(activity, error);
            throw;
        }
    }

    /// <summary>
    /// Detects objects in several images as one batch. All images are padded to the largest width and height among them, so images of
    /// similar size are fastest. An engine that does not support mixed sizes gets a batch for each size.
    /// </summary>
    /// <param name="images">The images, at least one.</param>
    /// <param name="cancellationToken">Cancels the wait for the network. A batch that is already running completes.</param>
    /// <returns>The detections of each image by descending score, in pixels of the image.</returns>
    /// <exception cref="ArgumentException"><paramref name="images"/> is empty.</exception>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<DetectedObject>>> DetectAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0)
            throw new ArgumentException("At least one image is required.", nameof(images));
        if (_planner.HasSingleView && (_supportsMixedSizes || HaveEqualPaddedSize(images)))
            return await DetectAsync(() => ImageBatch.Create(images, Input, _pool), cancellationToken).ConfigureAwait(false);
        var found = new List<IReadOnlyList<DetectedObject>>(images.Count);
        await foreach (var detections in this.DetectManyAsync(images, cancellationToken: cancellationToken).ConfigureAwait(false))
            found.Add(detections);
        return found;
    }

    /// <inheritdoc cref="DetectAsync(IReadOnlyList{Image}, CancellationToken)"/>
    public IReadOnlyList<IReadOnlyList<DetectedObject>> Detect(IReadOnlyList<Image> images, CancellationToken cancellationToken = default) =>
        DetectAsync(images, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public IAsyncEnumerable<ImageDetections> DetectManyAsync(
        IAsyncEnumerable<ImageSource> images, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return Enumerate(images, batch, imagesDone, onImageError, cancellationToken);
    }

    /// <summary>
    /// Waits for the batches that are running and disposes the engine. Calls that wait for the network, and later calls, throw
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        _queue.Dispose();
        GC.SuppressFinalize(this);
    }

    private async IAsyncEnumerable<ImageDetections> Enumerate(
        IAsyncEnumerable<ImageSource> images, int batch, IProgress<int>? imagesDone, Action<ImageException>? onImageError, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in _pipeline.RunAsync(images, Load, batch, imagesDone, cancellationToken).ConfigureAwait(false))
        {
            if (item.Error?.SourceException is ImageException error && onImageError is not null)
            {
                _logger.ImageSkipped(error.Message);
                onImageError(error);
            }
            else
            {
                yield return new(item.Source, item.Width, item.Height, item.Detections);
            }
        }
    }

    private bool HaveEqualPaddedSize(IReadOnlyList<Image> images)
    {
        var scaled = images.Select(image => Input.Fit(image.Width, image.Height));
        return scaled.Select(image => PaddedSize.Compute([(image.Width, image.Height)])).Distinct().Count() == 1;
    }

    private ImageBatch CreateBatch(DecodedImage image) => ImageBatch.Create([(_planner.Plan(image.Width, image.Height).Views[0], image.Image, 0L)], _pool);

    private DecodedImage Load(ImageSource image) => image.Load(_planner.DecodeSize);

    private async Task<IReadOnlyList<DetectedObject>> DetectViewsAsync(ImageSource image, CancellationToken cancellationToken)
    {
        IReadOnlyList<DetectedObject> detections = [];
        // Not SingleAsync, which continues in the caller's synchronization context: a synchronous call blocks that.
        await foreach (var item in _pipeline.RunAsync(new[] { image }.ToAsyncEnumerable(), Load, 1, null, cancellationToken).ConfigureAwait(false))
            detections = item.Detections;
        return detections;
    }

    private async Task<IReadOnlyList<DetectedObject>[]> DetectAsync(Func<ImageBatch> create, CancellationToken cancellationToken)
    {
        var started = Telemetry.Now();
        using var batch = await Task.Run(create, cancellationToken).ConfigureAwait(false);
        using var output = await RunAsync(batch, cancellationToken).ConfigureAwait(false);
        var detections = Postprocess(output, batch);
        Telemetry.RecordImages(detections.Length, started);
        return detections;
    }

    private Task<IInferenceOutput> RunAsync(ImageBatch batch, CancellationToken cancellationToken) => _queue.RunAsync(batch, cancellationToken);

    private IReadOnlyList<DetectedObject>[] Postprocess(IInferenceOutput output, ImageBatch batch)
    {
        var started = Telemetry.Now();
        var detections = output switch
        {
            IDetectionOutput found => _postprocessor.Run(found, batch.Images),
            IHeadOutput heads => _postprocessor.Run(heads, _anchors.Generate(batch.Height, batch.Width), batch.Images),
            _ => throw new InvalidOperationException($"The output {output.GetType()} is neither an {nameof(IHeadOutput)} nor an {nameof(IDetectionOutput)}."),
        };
        Telemetry.RecordPostprocessed(started);
        return detections;
    }
}
