using RetinaSharp.Inference.Batching;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Data;

/// <summary>Training targets of all anchors of a batch.</summary>
/// <param name="Size">Number of images and their padded size.</param>
/// <param name="Levels">Targets of each pyramid level, finest first.</param>
public sealed record BatchTargets(PaddedSize Size, IReadOnlyList<LevelTargets> Levels)
{
    /// <summary>Number of positive anchors, over all images and levels of the batch.</summary>
    public int PositiveCount { get; } = Levels.Sum(level => level.Positives.Length);

    /// <summary>Number of positive and background anchors, over all images and levels, as labeled by the assigner, before any sampling.</summary>
    public int NonIgnoredAnchors { get; } = Levels.Sum(level => level.Labels.Length - level.Labels.Count(SigmoidLoss.Ignore));

    /// <summary>Counts the positive anchors of each image of the batch.</summary>
    public int[] PositivesByImage()
    {
        var counts = new int[Size.Images];
        foreach (var level in Levels)
            foreach (var positive in level.Positives)
                counts[positive / level.AnchorsPerImage]++;
        return counts;
    }
}
