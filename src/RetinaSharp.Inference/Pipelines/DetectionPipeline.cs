using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// Detects objects in a sequence of images, in stages that run concurrently: decode, batch, network, postprocess, merge. Memory is bounded:
/// each stage prefetches only as much as the next one needs.
/// </summary>
/// <param name="planner">Determines the views of an image.</param>
/// <param name="merger">Merges the detections of an image's views.</param>
/// <param name="run">Runs the network on a batch.</param>
/// <param name="postprocess">Computes the detections of each image of a batch from the network's outputs.</param>
/// <param name="concurrency">Maximum number of batches that the network runs concurrently.</param>
/// <param name="pool">Pool that the memory of batches is rented from.</param>
internal sealed class DetectionPipeline(
    ViewPlanner planner, ViewMerger merger, Func<ImageBatch, CancellationToken, Task<IInferenceOutput>> run,
    Func<IInferenceOutput, ImageBatch, IReadOnlyList<DetectedObject>[]> postprocess, int concurrency, BufferPool<PixelBuffer> pool)
{
    // One batch is being scaled while another waits for the network.
    private const int BatchesAhead = 2;

    /// <summary>Detects objects in a sequence of images.</summary>
    /// <param name="sources">Sources of the images; may be infinite.</param>
    /// <param name="read">Reads an image, on a pool thread. Exceptions are stored in <see cref="PipelineItem{T}.Error"/>.</param>
    /// <param name="batch">Maximum batch size, at least 1.</param>
    /// <param name="imagesDone">Receives the total number of completed images after each batch, with those that cannot be read.</param>
    /// <param name="cancellationToken">Cancels the enumeration, which throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The images with detections or errors, in the order of the sources.</returns>
    public async IAsyncEnumerable<PipelineItem<T>> RunAsync<T>(
        IAsyncEnumerable<T> sources, Func<T, DecodedImage> read, int batch, IProgress<int>? imagesDone, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // With slices, images are decoded in full resolution and may be huge.
        var (ahead, window) = planner.Tile is null ? (batch, 4 * batch) : (1, 1);
        var inOrder = new ConcurrentQueue<PipelineItem<T>>();
        var position = 0L;
        var done = 0;

        var items = OrderedPrefetch.SelectAsync(sources, (source, _) => ReadAsync(new(position++, source), read), ahead);
        var batches = OrderedPrefetch.SelectAsync(ViewBatches.Create(Enqueue(items), batch, window), (views, _) => Task.Run(() => views.CreatePixels(pool), CancellationToken.None), BatchesAhead);
        // One more batch than the network runs concurrently waits, so that the network is never idle between batches.
        var outputs = OrderedPrefetch.SelectAsync(batches, (views, token) => views.RunAsync(run, token), concurrency + 1);
        var detections = OrderedPrefetch.SelectAsync(outputs, (views, _) => Task.Run(() => views.Postprocess(postprocess), CancellationToken.None), concurrency);
        await foreach (var views in detections.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            for (var i = 0; i < views.Views.Count; i++)
            {
                var (item, view) = views.Views[i];
                item.Add(view, views.Detections[i], merger);
                if (!item.IsDone)
                    continue;
                done++;
                Telemetry.RecordImages(1, item.Started);
            }

            // An image that could not be read gives an empty batch.
            if (views.Views.Count == 0)
                done++;
            imagesDone?.Report(done);
            while (inOrder.TryPeek(out var first) && first.IsDone)
            {
                cancellationToken.ThrowIfCancellationRequested();
                inOrder.TryDequeue(out _);
                yield return first;
            }
        }

        async IAsyncEnumerable<PipelineItem<T>> Enqueue(IAsyncEnumerable<PipelineItem<T>> read, [EnumeratorCancellation] CancellationToken token = default)
        {
            await foreach (var item in read.WithCancellation(token).ConfigureAwait(false))
            {
                inOrder.Enqueue(item);
                yield return item;
            }
        }
    }

    private Task<PipelineItem<T>> ReadAsync<T>(PipelineItem<T> item, Func<T, DecodedImage> read) => Task.Run(() =>
    {
        try
        {
            var image = read(item.Source);
            item.SetImage(image, planner.Plan(image.Width, image.Height));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            item.Fail(error);
        }

        return item;
    });
}
