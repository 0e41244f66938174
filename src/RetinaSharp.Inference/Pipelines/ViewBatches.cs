using System.Runtime.CompilerServices;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Pipelines;

/// <summary>
/// Groups views of equal padded size into batches, even if their images are not consecutive. Batches depend only on image sizes, never on
/// timing, so results are reproducible: batch size can change the last bits.
/// </summary>
internal static class ViewBatches
{
    /// <summary>Groups the views of a sequence of images.</summary>
    /// <param name="items">The images, in the order of the input sequence.</param>
    /// <param name="batch">Maximum batch size.</param>
    /// <param name="window">Maximum number of later images a view may wait for before an incomplete batch is emitted.</param>
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
