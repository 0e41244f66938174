using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// A batch of views (whole images, slices, or augmentations of them) in a <see cref="DetectionPipeline"/>. It holds the pixels, the
/// network's outputs or the detections, depending on the stage.
/// </summary>
/// <typeparam name="T">Type of the sources of the images.</typeparam>
/// <param name="views">
/// The views: for each, its image, and its index among the views of that image. Empty for an image that could not be read.
/// </param>
internal sealed class ViewBatch<T>(IReadOnlyList<(PipelineItem<T> Item, int View)> views) : IDisposable
{
    private ImageBatch? _pixels;
    private IInferenceOutput? _output;

    /// <summary>The views: for each, its image, and its index among the views of that image.</summary>
    public IReadOnlyList<(PipelineItem<T> Item, int View)> Views => views;

    /// <summary>The detections of each view; empty before <see cref="Postprocess"/> is called.</summary>
    public IReadOnlyList<DetectedObject>[] Detections { get; private set; } = [];

    /// <summary>Creates the pixels of the batch: scales and pads the views.</summary>
    public ViewBatch<T> CreatePixels(BufferPool<PixelBuffer> pool)
    {
        if (views.Count > 0)
            _pixels = ImageBatch.Create([.. views.Select(one => one.Item.View(one.View))], pool);
        return this;
    }

    /// <summary>Runs the network on the pixels. Disposes the batch if that fails.</summary>
    public async Task<ViewBatch<T>> RunAsync(Func<ImageBatch, CancellationToken, Task<IInferenceOutput>> run, CancellationToken cancellationToken)
    {
        try
        {
            if (_pixels is not null)
                _output = await run(_pixels, cancellationToken).ConfigureAwait(false);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Computes the detections of each view from the network's outputs, and disposes the pixels and outputs.</summary>
    public ViewBatch<T> Postprocess(Func<IInferenceOutput, ImageBatch, IReadOnlyList<DetectedObject>[]> postprocess)
    {
        using (this)
        {
            if (_output is not null)
                Detections = postprocess(_output, _pixels!);
            return this;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output?.Dispose();
        _pixels?.Dispose();
        (_output, _pixels) = (null, null);
    }
}
