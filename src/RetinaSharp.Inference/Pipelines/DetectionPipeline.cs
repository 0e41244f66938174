using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// Takes any number of images from decoding to detections, in stages that overlap: decode, batch, network, postprocess, merge. Memory is bounded:
/// no stage runs further ahead than the next one needs.
/// </summary>
/// <param name="planner">Plans the views of an image.</param>
/// <param name="merger">Merges the detections of an image's views.</param>
/// <param name="run">Runs the network on a batch.</param>
/// <param name="postprocess">Makes detections of the outputs, for each image of the batch.</param>
/// <param name="concurrency">Batches in the network at the same time.</param>
/// <param name="pool">Where the memory of batches comes from.</param>
internal sealed class DetectionPipeline(
    ViewPlanner planner, ViewMerger merger, Func<ImageBatch, CancellationToken, Task<IInferenceOutput>> run,
    Func<IInferenceOutput, ImageBatch, IReadOnlyList<DetectedObject>[]> postprocess, int concurrency, BufferPool<PixelBuffer> pool)
{
    // One batch is scaled while another waits for the network.
    private const int BatchesAhead = 2;

    /// <summary>Detects objects in images.</summary>
    /// <param name="sources">What they are read from; may be endless.</param>
    /// <param name="read">Reads one, on a pool thread. Its exceptions are the item's.</param>
    /// <param name="batch">Largest batch.</param>
    /// <param name="imagesDone">Receives the number of finished images after each batch.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The images in their order.</returns>
    public async IAsyncEnumerable<PipelineItem<T>> RunAsync<T>(
        IAsyncEnumerable<T> sources, Func<T, DecodedImage> read, int batch, IProgress<int>? imagesDone, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Slices need the whole image, which may be huge.
        var (ahead, window) = planner.Tile is null ? (batch, 4 * batch) : (1, 1);
        var inOrder = new ConcurrentQueue<PipelineItem<T>>();
        var position = 0L;
        var done = 0;

        var items = OrderedPrefetch.SelectAsync(sources, (source, _) => ReadAsync(new(position++, source), read), ahead);
        var batches = OrderedPrefetch.SelectAsync(ViewBatches.Create(Enqueue(items), batch, window), (views, _) => Task.Run(() => views.CreatePixels(pool), CancellationToken.None), BatchesAhead);
        // One more than fit waits for the network, so that it is never idle between two.
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

            if (views.Views.Count > 0)
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
