using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Data;

/// <summary>Training targets of all anchors of a batch.</summary>
/// <param name="Size">Number of images and their padded size.</param>
/// <param name="Levels">Targets of each pyramid level, finest first.</param>
public sealed record BatchTargets(PaddedSize Size, IReadOnlyList<LevelTargets> Levels)
{
    /// <summary>Number of positive anchors, over all images and levels of the batch.</summary>
    public int PositiveCount => Levels.Sum(level => level.Positives.Length);

    /// <summary>Sum of the qualities that the assigner gave the positive anchors; 0 if it gave none.</summary>
    public double QualitySum
    {
        get
        {
            var sum = 0.0;
            foreach (var level in Levels)
                foreach (var quality in level.PositiveQualities)
                    sum += quality;
            return sum;
        }
    }

    /// <summary>Number of positive and background anchors, over all images and levels. Sampling reduces it.</summary>
    public int NonIgnoredAnchors => Levels.Sum(level => level.Labels.Length - level.Labels.Count(SigmoidLoss.Ignore));

    /// <summary>Copies the targets of an image from its assignment. Must be called once per image, in ascending order.</summary>
    /// <param name="image">Index of the image in the batch.</param>
    /// <param name="grid">The anchors.</param>
    /// <param name="assignment">The assignment of the anchors.</param>
    /// <param name="boxes">The ground-truth boxes that were assigned.</param>
    /// <exception cref="InvalidOperationException">The assigner gave qualities for a part of the positive anchors of the batch.</exception>
    internal void Set(int image, AnchorGrid grid, AnchorAssignment assignment, ReadOnlySpan<Box> boxes)
    {
        CheckQualities(assignment);
        for (var level = 0; level < Levels.Count; level++)
            Levels[level].Set(image, grid, grid.Levels[level], assignment, boxes);
    }

    /// <summary>Counts the positive anchors of each image of the batch.</summary>
    public int[] PositivesByImage()
    {
        var counts = new int[Size.Images];
        foreach (var level in Levels)
            foreach (var positive in level.Positives)
                counts[positive / level.AnchorsPerImage]++;
        return counts;
    }

    // Losses find the quality of a positive anchor by its index in the batch.
    private void CheckQualities(AnchorAssignment assignment)
    {
        var positives = assignment.Positives.Length;
        if (assignment.Qualities is { } qualities && qualities.Length != positives)
            throw new InvalidOperationException($"{qualities.Length} qualities for {positives} positive anchors: an assigner must give one for each, or null");
        if (positives > 0 && PositiveCount > 0 && Levels.Any(level => !level.PositiveQualities.IsEmpty) != (assignment.Qualities is not null))
            throw new InvalidOperationException("qualities for some images of a batch only: an assigner must give them for all images with positive anchors, or for none");
    }
}
