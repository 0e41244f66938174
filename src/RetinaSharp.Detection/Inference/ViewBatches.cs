using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Inference;

/// <summary>
/// Puts views of one padded size together, also of images that are no neighbours. What is together follows from the sizes alone, not from who
/// was done when: sums of several images may differ in their last bits from those of one.
/// </summary>
internal static class ViewBatches
{
    /// <param name="items">The images in their order.</param>
    /// <param name="batch">Views that go together at most.</param>
    /// <param name="window">How many images later a view waits for others no longer.</param>
    public static IEnumerable<List<(PipelineItem<T> Item, int View)>> Create<T>(IEnumerable<PipelineItem<T>> items, int batch, int window)
    {
        var waiting = new Dictionary<PaddedSize, List<(PipelineItem<T> Item, int View)>>();
        foreach (var item in items)
        {
            for (var view = 0; view < item.Views.Length; view++)
            {
                var size = item.Views[view].Padded;
                if (!waiting.TryGetValue(size, out var together))
                    waiting.Add(size, together = new(batch));
                together.Add((item, view));
                if (together.Count < batch)
                    continue;
                waiting.Remove(size);
                yield return together;
            }

            while (waiting.Count > 0 && Oldest().Value is var oldest && oldest[0].Item.Number <= item.Number - window)
            {
                waiting.Remove(Oldest().Key);
                yield return oldest;
            }
        }

        while (waiting.Count > 0)
        {
            var (size, together) = Oldest();
            waiting.Remove(size);
            yield return together;
        }

        KeyValuePair<PaddedSize, List<(PipelineItem<T> Item, int View)>> Oldest() => waiting.MinBy(one => (one.Value[0].Item.Number, one.Value[0].View));
    }
}
