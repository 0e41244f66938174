using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// Numbers of positive, background and ignored anchors over a dataset, which show the foreground-background imbalance that focal loss addresses; and the
/// number of ground-truth boxes that are assigned to no anchor. With <see cref="RunSettings.Tile"/>, an image means a sample of sliced training: a whole image
/// or a slice.
/// </summary>
/// <param name="Foreground">Number of positive anchors, over all images.</param>
/// <param name="Background">Number of background anchors.</param>
/// <param name="Ignored">
/// Number of ignored anchors: their highest IoU is between the background and the foreground threshold, or they belong to an ignore region such as a crowd.
/// </param>
/// <param name="Boxes">Number of ground-truth boxes.</param>
/// <param name="BoxesWithoutAnchor">Number of ground-truth boxes that no positive anchor is assigned to.</param>
public sealed record AnchorStatistics(long Foreground, long Background, long Ignored, int Boxes, int BoxesWithoutAnchor)
{
    /// <summary>Number of ground-truth boxes with a side below one pixel at the input size, which cannot be learned. <see cref="Boxes"/> does not count them.</summary>
    public int VanishedBoxes { get; init; }

    /// <summary>Smallest side of a ground-truth box, clipped to its image, at the input size, in pixels; infinite without boxes.</summary>
    public double SmallestSide { get; init; } = double.PositiveInfinity;

    /// <summary>Number of images that were counted: all images whose size the annotations give, or a sample of them.</summary>
    public int Images { get; init; }

    /// <summary>Whether only a sample of the dataset was counted.</summary>
    public bool IsSample { get; init; }

    /// <summary>
    /// Counts anchors and boxes over all images whose size the annotations give. Anchors are assigned as in training, but without augmentation,
    /// and by ATSS in place of an assigner that uses predictions. No image is decoded.
    /// </summary>
    /// <param name="set">The annotated images.</param>
    /// <param name="settings">Input size, anchors and assigner.</param>
    /// <param name="cancellationToken">Cancels the computation.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static AnchorStatistics Compute(DetectionDataset set, RunSettings settings, CancellationToken cancellationToken = default) =>
        Compute(SamplesOfKnownSize(set, settings), settings, cancellationToken);

    /// <summary>
    /// Counts anchors and boxes over a random sample of the images if the dataset has more than <paramref name="maxImages"/> images; otherwise over all
    /// images.
    /// </summary>
    /// <param name="set">The annotated images.</param>
    /// <param name="settings">Input size, anchors, assigner, and the seed of the random sample.</param>
    /// <param name="maxImages">
    /// Maximum number of images in the sample, at least 1. The dataset is divided into this many consecutive ranges, and one image is drawn from each.
    /// </param>
    /// <param name="cancellationToken">Cancels the computation.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static AnchorStatistics ComputeForSample(DetectionDataset set, RunSettings settings, int maxImages, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxImages, 1);
        var all = SamplesOfKnownSize(set, settings);
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

    private static IReadOnlyList<AnnotatedImage> SamplesOfKnownSize(DetectionDataset set, RunSettings settings)
    {
        AnnotatedImage[] known = [.. set.Images.Where(image => image is { Width: > 0, Height: > 0 })];
        return TrainingSamples.Create(set with { Images = known }, settings).Images;
    }

    private static AnchorStatistics Compute(IReadOnlyList<AnnotatedImage> images, RunSettings settings, CancellationToken cancellationToken)
    {
        var generator = new AnchorGenerator(settings.Model.Anchors);
        var assigner = Assigner.CreateWithoutPredictions(settings.Assigner);
        var sum = new AnchorStatistics(0, 0, 0, 0, 0);
        var gate = new Lock();
        Parallel.ForEach(images, new ParallelOptions { CancellationToken = cancellationToken }, image =>
        {
            var one = Compute(image, settings.Input, generator, assigner);
            lock (gate)
            {
                sum = new(sum.Foreground + one.Foreground, sum.Background + one.Background, sum.Ignored + one.Ignored, sum.Boxes + one.Boxes, sum.BoxesWithoutAnchor + one.BoxesWithoutAnchor)
                {
                    VanishedBoxes = sum.VanishedBoxes + one.VanishedBoxes,
                    SmallestSide = Math.Min(sum.SmallestSide, one.SmallestSide),
                };
            }
        });
        return sum with { Images = images.Count };
    }

    private static AnchorStatistics Compute(AnnotatedImage image, InputSize input, AnchorGenerator generator, IAssigner assigner)
    {
        var geometry = input.Fit(image.Width, image.Height);
        var padded = PaddedSize.Compute([(geometry.Width, geometry.Height)]);
        var sample = BatchImage.Create(image, input);
        var assignment = assigner.Assign(generator.Generate(padded.Height, padded.Width), sample.Boxes, sample.Classes, sample.Ignored);
        var foreground = assignment.Positives.Length;
        var ignored = assignment.Labels.Count(label => label == Losses.SigmoidLoss.Ignore);
        Box[] boxes =
        [
            .. image.Annotations.Where(annotation => !annotation.IsCrowd && !image.IsDegenerate(annotation)).Select(annotation =>
                annotation.Box.ToCorners().Clip(image.Width, image.Height).Scale(geometry.Width / (float)image.Width, geometry.Height / (float)image.Height)),
        ];
        return new(foreground, assignment.Labels.Length - foreground - ignored, ignored, sample.Boxes.Length, sample.Boxes.Length - assignment.PositiveBoxes.Distinct().Count())
        {
            VanishedBoxes = boxes.Length - sample.Boxes.Length,
            SmallestSide = boxes.Select(box => (double)Math.Min(box.Width, box.Height)).DefaultIfEmpty(double.PositiveInfinity).Min(),
        };
    }

    /// <summary>Returns the short side of the input size in pixels at which every ground-truth box has sides of at least two pixels.</summary>
    /// <param name="input">The input size of these statistics.</param>
    public int ShortSideForAllBoxes(InputSize input) => (int)Math.Ceiling(Math.Min(input.Short * Math.Max(1, 2 / SmallestSide), 1 << 20));
}
