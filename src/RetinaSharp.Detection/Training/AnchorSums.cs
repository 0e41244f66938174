namespace RetinaSharp.Detection.Training;

/// <summary>Numbers of anchors, summed over batches. Anchors are counted as the assigner labeled them, before any sampling.</summary>
/// <param name="Positive">Number of positive anchors.</param>
/// <param name="Counted">Number of positive and background anchors, without ignored ones.</param>
internal readonly record struct AnchorSums(long Positive, long Counted)
{
    /// <summary>Fraction of positive anchors among the positive and background anchors, in [0, 1].</summary>
    public double Share => Positive / Math.Max(1.0, Counted);

    public AnchorSums Add(AnchorSums other) => new(Positive + other.Positive, Counted + other.Counted);
}
