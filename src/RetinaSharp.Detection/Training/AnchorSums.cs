namespace RetinaSharp.Detection.Training;

/// <summary>Anchors, summed over batches as the assigner labels them, before any sampling.</summary>
/// <param name="Positive">Those with a class.</param>
/// <param name="Counted">Those and the background; not the ignored ones.</param>
internal readonly record struct AnchorSums(long Positive, long Counted)
{
    /// <summary>The share of those with a class.</summary>
    public double Share => Positive / Math.Max(1.0, Counted);

    public AnchorSums Add(AnchorSums other) => new(Positive + other.Positive, Counted + other.Counted);
}
