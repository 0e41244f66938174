using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>A batch of views in a <see cref="DetectionPipeline"/>. Holds the pixels, network outputs or detections, depending on the stage.</summary>
/// <typeparam name="T">Type of the sources of the images.</typeparam>
/// <param name="views">The views: image, and index of the view among the image's views. Empty for an image that could not be read.</param>
internal sealed class ViewBatch<T>(IReadOnlyList<(PipelineItem<T> Item, int View)> views) : IDisposable
{
    private ImageBatch? _pixels;
    private IInferenceOutput? _output;

    /// <summary>The views: image, and index of the view among the image's views.</summary>
    public IReadOnlyList<(PipelineItem<T> Item, int View)> Views => views;

    /// <summary>Detections of each view; empty until <see cref="Postprocess"/> was called.</summary>
    public IReadOnlyList<DetectedObject>[] Detections { get; private set; } = [];

    /// <summary>Scales the views and writes them to a batch.</summary>
    public ViewBatch<T> CreatePixels(BufferPool<PixelBuffer> pool)
    {
        if (views.Count > 0)
            _pixels = ImageBatch.Create([.. views.Select(one => one.Item.View(one.View))], pool);
        return this;
    }

    /// <summary>Runs the network on the views. Disposes the batch if that fails.</summary>
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

    /// <summary>Computes the detections, and disposes the pixels and outputs.</summary>
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
