using System.Runtime.CompilerServices;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// Groups views (whole images, slices, or augmentations of them) of equal padded size into batches, even if their images are not
/// consecutive. Which views form a batch depends only on the sizes of the images of a block (see <see cref="ImageShare"/>), never on timing. Detections are therefore
/// reproducible; the batch size can change the last bits of the network's outputs.
/// </summary>
internal static class ViewBatches
{
    /// <summary>Groups the views of a sequence of images.</summary>
    /// <param name="items">The images, in the order of the input sequence.</param>
    /// <param name="batch">Maximum batch size, at least 1.</param>
    /// <param name="window">
    /// Maximum number of later images that a view waits for. Then its batch is returned, even if it is incomplete.
    /// </param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The batches. An image that could not be read gives an empty batch, so that its error is passed on without delay.</returns>
    public static async IAsyncEnumerable<ViewBatch<T>> Create<T>(
        IAsyncEnumerable<PipelineItem<T>> items, int batch, int window, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var waiting = new Dictionary<PaddedSize, List<(PipelineItem<T> Item, int View)>>();
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (item.Views.IsEmpty)
                yield return new([]);
            for (var view = 0; view < item.Views.Length; view++)
            {
                var size = item.Views[view].Padded;
                if (!waiting.TryGetValue(size, out var together))
                    waiting.Add(size, together = new(batch));
                together.Add((item, view));
                if (together.Count < batch)
                    continue;
                waiting.Remove(size);
                yield return new(together);
            }

            var isLastOfBlock = (item.Position + 1) % ((long)batch * ImageShare.BatchesPerBlock) == 0;
            while (waiting.Count > 0 && Oldest().Value is var oldest && (isLastOfBlock || oldest[0].Item.Position <= item.Position - window))
            {
                waiting.Remove(Oldest().Key);
                yield return new(oldest);
            }
        }

        while (waiting.Count > 0)
        {
            var (size, together) = Oldest();
            waiting.Remove(size);
            yield return new(together);
        }

        KeyValuePair<PaddedSize, List<(PipelineItem<T> Item, int View)>> Oldest() => waiting.MinBy(one => (one.Value[0].Item.Position, one.Value[0].View));
    }
}
