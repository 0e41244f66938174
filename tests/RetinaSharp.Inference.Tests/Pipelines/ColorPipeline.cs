using System.Collections.Concurrent;
using RetinaSharp.Boxes;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Pipelines;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Tests.Pipelines;

/// <summary>A pipeline whose network finds the rectangles of <see cref="ColorImages"/>, to the pixel.</summary>
internal sealed class ColorPipeline(ViewPlanner planner, InferenceSettings? settings = null)
{
    private readonly BufferPool<PixelBuffer> _pool = new();

    /// <summary>Sizes and numbers of images of the batches, in their order.</summary>
    public ConcurrentQueue<(int Width, int Height, int Images)> Batches { get; } = [];

    /// <summary>Called before each batch.</summary>
    public Action? InNetwork { get; init; }

    /// <summary>Whether all memory of the batches was given back.</summary>
    public bool IsClean => _pool.Created == _pool.Free;

    public IAsyncEnumerable<PipelineItem<Image>> RunAsync(IEnumerable<Image> images, int batch = 4, IProgress<int>? done = null, CancellationToken cancellationToken = default) =>
        RunAsync(images.ToAsyncEnumerable(), image => new(image), batch, done, cancellationToken);

    public IAsyncEnumerable<PipelineItem<T>> RunAsync<T>(
        IAsyncEnumerable<T> sources, Func<T, DecodedImage> read, int batch = 4, IProgress<int>? done = null, CancellationToken cancellationToken = default)
    {
        var merger = new ViewMerger(settings ?? new(), isLimitPerImage: false, planner.MaxCompleteObjectSize);
        return new DetectionPipeline(planner, merger, (pixels, _) => Task.FromResult(Run(pixels)), (_, pixels) => [.. pixels.Images.Select((_, image) => Find(pixels, image))], 1, _pool)
            .RunAsync(sources, read, batch, done, cancellationToken);
    }

    private IInferenceOutput Run(ImageBatch pixels)
    {
        InNetwork?.Invoke();
        Batches.Enqueue((pixels.Width, pixels.Height, pixels.Count));
        return new ArrayOutput(new AnchorGenerator(new()).Generate(32, 32), 0, 0);
    }

    private static List<DetectedObject> Find(ImageBatch batch, int image) =>
        [.. ColorImages.Find(batch, image).Select(one => new DetectedObject(one.Color, ColorImages.Categories[one.Color], .9f - .1f * one.Color, batch.Images[image].ToSource(one.Box)))];
}
