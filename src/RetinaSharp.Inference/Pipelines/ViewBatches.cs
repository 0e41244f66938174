using System.Runtime.CompilerServices;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// Batches views of one padded size, also of images that do not follow each other. What is batched follows from the sizes alone, not from
/// timing: results of a batch may differ in their last bits from those of single images.
/// </summary>
internal static class ViewBatches
{
    /// <param name="items">The images in their order.</param>
    /// <param name="batch">Largest batch.</param>
    /// <param name="window">Images after its own that a view waits for others at most.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The batches; an empty one for each image that could not be read, so that it is passed on without delay.</returns>
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

            while (waiting.Count > 0 && Oldest().Value is var oldest && oldest[0].Item.Position <= item.Position - window)
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
