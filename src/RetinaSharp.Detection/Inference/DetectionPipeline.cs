using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Inference;

/// <summary>
/// Any number of images through a network: they are read and scaled on other threads, go through the network in batches on the caller's, and
/// become detections on others again, while the next batch is in the network. No more images are in memory than that takes.
/// </summary>
/// <param name="planner">What is shown of an image.</param>
/// <param name="merger">Makes one list of an image's.</param>
/// <param name="forward">Takes a batch through the network; shows its outputs, as they are, to the second argument.</param>
/// <param name="finish">Makes detections of the outputs, and frees them.</param>
/// <param name="pool">Where the memory of batches comes from.</param>
internal sealed class DetectionPipeline(
    ViewPlanner planner, ViewMerger merger, Func<ImageBatch, Action<LevelOutput[]>?, CancellationToken, LevelOutput[]> forward,
    Func<LevelOutput[], ImageBatch, IReadOnlyList<DetectedObject>[]> finish, BufferPool<PixelBuffer> pool)
{
    // One batch is made while another is in the network.
    private const int MadeAhead = 2;

    /// <summary>Looks at the images.</summary>
    /// <param name="sources">What they come from; may be endless.</param>
    /// <param name="read">Reads one, on another thread. Its exceptions are the item's.</param>
    /// <param name="batch">Views that go through the network together at most.</param>
    /// <param name="imagesDone">Told after each batch how many images are done.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <param name="observe">Shown, on the caller's thread, what a batch was made of, the batch, and the outputs of the network.</param>
    /// <returns>The images in their order.</returns>
    public IEnumerable<PipelineItem<T>> Run<T>(
        IEnumerable<T> sources, Func<T, ViewedImage> read, int batch, IProgress<int>? imagesDone, CancellationToken cancellationToken,
        Action<IReadOnlyList<T>, ImageBatch, LevelOutput[]>? observe = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = stop.Token;
        var reading = new Queue<(PipelineItem<T> Item, Task<ViewedImage> Image)>();
        var inOrder = new Queue<PipelineItem<T>>();
        var made = new Queue<(List<(PipelineItem<T> Item, int View)> Views, Task<ImageBatch> Batch)>();
        var finishing = new Queue<(List<(PipelineItem<T> Item, int View)> Views, Task<IReadOnlyList<DetectedObject>[]> Found)>();
        var done = 0;
        // Tiles need the whole image, which may be huge.
        var (ahead, window) = planner.Tile is null ? (batch, 4 * batch) : (1, 1);
        try
        {
            using var batches = ViewBatches.Create(Items(), batch, window).GetEnumerator();
            var isMore = true;
            while (isMore || made.Count > 0 || finishing.Count > 0 || inOrder.Count > 0)
            {
                while (finishing.Count > 0 && (finishing.Peek().Found.IsCompleted || (made.Count == 0 && !isMore)))
                    Collect();
                while (inOrder.TryPeek(out var first) && first.IsDone)
                {
                    token.ThrowIfCancellationRequested();
                    yield return inOrder.Dequeue();
                }

                token.ThrowIfCancellationRequested();
                while (isMore && made.Count < MadeAhead)
                    if (isMore = batches.MoveNext())
                    {
                        var views = batches.Current;
                        made.Enqueue((views, Task.Run(() => ImageBatch.Create([.. views.Select(one => one.Item.View(one.View))], pool), token)));
                    }

                if (!made.TryDequeue(out var next))
                    continue;
                var pixels = next.Batch.GetAwaiter().GetResult();
                var outputs = Forward(next.Views, pixels);
                finishing.Enqueue((next.Views, Task.Run(() =>
                {
                    using var owned = pixels;
                    return finish(outputs, pixels);
                })));
                while (finishing.Count > MadeAhead)
                    Collect();
            }
        }
        finally
        {
            stop.Cancel();
            foreach (var (_, image) in reading)
                Wait(image);
            foreach (var (_, pixels) in made)
                if (Wait(pixels))
                    pixels.Result.Dispose();
            foreach (var (_, found) in finishing)
                Wait(found);
        }

        IEnumerable<PipelineItem<T>> Items()
        {
            var number = 0L;
            foreach (var source in sources)
            {
                token.ThrowIfCancellationRequested();
                reading.Enqueue((new(number++, source), Task.Run(() => read(source), token)));
                if (reading.Count > ahead)
                    yield return Finished();
            }

            while (reading.Count > 0)
                yield return Finished();
        }

        PipelineItem<T> Finished()
        {
            var (item, image) = reading.Dequeue();
            inOrder.Enqueue(item);
            try
            {
                var viewed = image.GetAwaiter().GetResult();
                item.Read(viewed, planner.Plan(viewed.Width, viewed.Height));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                item.Fail(error);
            }

            return item;
        }

        LevelOutput[] Forward(List<(PipelineItem<T> Item, int View)> views, ImageBatch pixels)
        {
            try
            {
                return forward(pixels, observe is null ? null : outputs => observe([.. views.Select(one => one.Item.Source)], pixels, outputs), token);
            }
            catch
            {
                pixels.Dispose();
                throw;
            }
        }

        void Collect()
        {
            var (views, task) = finishing.Dequeue();
            var found = task.GetAwaiter().GetResult();
            for (var i = 0; i < views.Count; i++)
            {
                var item = views[i].Item;
                item.Found(views[i].View, found[i], merger);
                if (item.IsDone)
                    done++;
            }

            imagesDone?.Report(done);
        }
    }

    // Whether it came to a result.
    private static bool Wait(Task task)
    {
        task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        return task.IsCompletedSuccessfully;
    }
}
