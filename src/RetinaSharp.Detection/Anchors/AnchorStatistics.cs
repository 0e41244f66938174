using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Anchors;

/// <summary>How a set's boxes meet the anchors: the imbalance that focal loss is about, and boxes that no anchor learns.</summary>
/// <param name="Foreground">Anchors with a class, over all images.</param>
/// <param name="Background">Anchors that are background.</param>
/// <param name="Ignored">Anchors between the two.</param>
/// <param name="Boxes">Boxes looked at.</param>
/// <param name="BoxesWithoutAnchor">Boxes that no anchor is assigned to.</param>
public sealed record AnchorStatistics(long Foreground, long Background, long Ignored, int Boxes, int BoxesWithoutAnchor)
{
    /// <summary>Images that were looked at: all of known size, or those of a sample.</summary>
    public int Images { get; init; }

    /// <summary>Whether they are a sample of a larger set.</summary>
    public bool IsSample { get; init; }

    /// <summary>Assigns the anchors of every image, at the size of training and without augmentation. No image is decoded.</summary>
    /// <param name="set">The images.</param>
    /// <param name="settings">Input size, anchors and assigner.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static AnchorStatistics Compute(DetectionDataset set, RunSettings settings, CancellationToken cancellationToken = default) =>
        Compute(Known(set), settings, cancellationToken);

    /// <summary>As <see cref="Compute(DetectionDataset, RunSettings, CancellationToken)"/>, of a random sample of a set that is larger.</summary>
    /// <param name="set">The images.</param>
    /// <param name="settings">Input size, anchors, assigner, and the seed of the sample.</param>
    /// <param name="maxImages">Images in the sample at most, from 1. The set's order is cut into as many parts, and one image is drawn from each.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static AnchorStatistics OfSample(DetectionDataset set, RunSettings settings, int maxImages, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxImages, 1);
        var all = Known(set);
        if (all.Count <= maxImages)
            return Compute(all, settings, cancellationToken);
        var random = new RandomStream(settings.Training.Seed, "anchor statistics");
        var sample = new AnnotatedImage[maxImages];
        for (var i = 0; i < sample.Length; i++)
        {
            var (first, end) = ((int)((long)i * all.Count / sample.Length), (int)((i + 1L) * all.Count / sample.Length));
            sample[i] = all[first + random.NextInt(end - first)];
        }

        return Compute(sample, settings, cancellationToken) with { IsSample = true };
    }

    private static List<AnnotatedImage> Known(DetectionDataset set) => [.. set.Images.Where(image => image is { Width: > 0, Height: > 0 })];

    private static AnchorStatistics Compute(IReadOnlyList<AnnotatedImage> images, RunSettings settings, CancellationToken cancellationToken)
    {
        var generator = new AnchorGenerator(settings.Model.Anchors);
        var assigner = new IouAssigner(settings.Assigner);
        var sum = new AnchorStatistics(0, 0, 0, 0, 0);
        var gate = new Lock();
        Parallel.ForEach(images, new ParallelOptions { CancellationToken = cancellationToken }, image =>
        {
            var one = Compute(image, settings.Input, generator, assigner);
            lock (gate)
                sum = new(sum.Foreground + one.Foreground, sum.Background + one.Background, sum.Ignored + one.Ignored, sum.Boxes + one.Boxes, sum.BoxesWithoutAnchor + one.BoxesWithoutAnchor);
        });
        return sum with { Images = images.Count };
    }

    private static AnchorStatistics Compute(AnnotatedImage image, InputSize input, AnchorGenerator generator, IAssigner assigner)
    {
        var geometry = input.Fit(image.Width, image.Height);
        var padded = PaddedSize.Around([(geometry.Width, geometry.Height)]);
        var sample = BatchImage.Create(image, Augmentation.Draw(AugmentationSettings.None, input, image, new(0, "statistics")), 0);
        var assignment = assigner.Assign(generator.Generate(padded.Height, padded.Width), sample.Boxes, sample.Classes, sample.Ignored);
        var foreground = assignment.Positives.Length;
        var ignored = assignment.Labels.Count(label => label == Losses.SigmoidLoss.Ignore);
        return new(foreground, assignment.Labels.Length - foreground - ignored, ignored, sample.Boxes.Length, sample.Boxes.Length - assignment.PositiveBoxes.Distinct().Count());
    }
}
