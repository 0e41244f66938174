using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>Views of images that go through the network together, with what each stage of a <see cref="DetectionPipeline"/> made of them.</summary>
/// <typeparam name="T">Type of what the images are read from.</typeparam>
/// <param name="views">The views: image, and index of the view in it. Empty where the one image could not be read.</param>
internal sealed class ViewBatch<T>(IReadOnlyList<(PipelineItem<T> Item, int View)> views) : IDisposable
{
    private ImageBatch? _pixels;
    private IInferenceOutput? _output;

    /// <summary>The views: image, and index of the view in it.</summary>
    public IReadOnlyList<(PipelineItem<T> Item, int View)> Views => views;

    /// <summary>The detections of each view, once they are computed.</summary>
    public IReadOnlyList<DetectedObject>[] Detections { get; private set; } = [];

    /// <summary>Scales the views.</summary>
    public ViewBatch<T> CreatePixels(BufferPool<PixelBuffer> pool)
    {
        if (views.Count > 0)
            _pixels = ImageBatch.Create([.. views.Select(one => one.Item.View(one.View))], pool);
        return this;
    }

    /// <summary>Runs the network on the views; disposes the batch where that fails.</summary>
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

    /// <summary>Computes the detections, and frees all else.</summary>
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
