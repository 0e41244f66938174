using System.Text.Json.Serialization;
using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Training;

/// <summary>Numbers of anchors, summed over batches. Anchors are counted as the assigner labeled them, before any sampling.</summary>
/// <param name="Positive">Number of positive anchors.</param>
/// <param name="NonIgnored">Number of positive and background anchors, without ignored ones.</param>
internal readonly record struct AnchorSums(long Positive, [property: JsonPropertyName("counted")] long NonIgnored)
{
    /// <summary>Fraction of positive anchors among the positive and background anchors, in [0, 1].</summary>
    public double PositiveFraction => Positive / Math.Max(1.0, NonIgnored);

    /// <summary>Counts the anchors of batches.</summary>
    public static AnchorSums Count(IReadOnlyCollection<TrainingBatch> batches) =>
        new(batches.Sum(batch => (long)batch.Targets.PositiveCount), batches.Sum(batch => (long)batch.Targets.NonIgnoredAnchors));

    public AnchorSums Add(AnchorSums other) => new(Positive + other.Positive, NonIgnored + other.NonIgnored);
}
