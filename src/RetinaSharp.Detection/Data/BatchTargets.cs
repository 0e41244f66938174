using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Data;

/// <summary>What the anchors of a batch of images are to learn.</summary>
/// <param name="Size">Number of images and their padded size.</param>
/// <param name="Levels">The targets of each pyramid level, finest first.</param>
internal sealed record BatchTargets(PaddedSize Size, IReadOnlyList<LevelTargets> Levels)
{
    /// <summary>Anchors with a class, over all images and levels.</summary>
    public int PositiveCount { get; } = Levels.Sum(level => level.Positives.Length);

    /// <summary>Anchors with a class or of the background as the assigner labeled them, over all images and levels.</summary>
    public int CountedAnchors { get; } = Levels.Sum(level => level.Labels.Length - level.Labels.Count(SigmoidLoss.Ignore));

    /// <summary>Anchors with a class, of each image.</summary>
    public int[] PositivesByImage()
    {
        var counts = new int[Size.Images];
        foreach (var level in Levels)
            foreach (var positive in level.Positives)
                counts[positive / level.AnchorsPerImage]++;
        return counts;
    }
}
