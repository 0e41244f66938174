using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>The images on which the detections of several models differ most, drawn with the ground truth and each model's detections.</summary>
/// <remarks>
/// The difference of the models on an image is a sum of two numbers: of the objects that some models detect and others do not, and the highest number of false
/// positives of a model minus the lowest. It does not depend on which model is better. Each model has its own score threshold, that of its best F1, because
/// models that are trained with different losses give scores of different sizes.
/// </remarks>
public sealed class RunDifferences
{
    private readonly List<(string Name, double Threshold, DetectionReview Review)> _runs;
    private readonly List<(AnnotatedImage Image, int Difference)> _images;
    private readonly Lazy<IReadOnlyList<RunDrawing>> _drawings;

    /// <summary>Ranks the images by the difference of the models.</summary>
    /// <param name="groundTruth">The annotated images.</param>
    /// <param name="runs">Names of the models and their detections on all images, with image and category ids of the ground truth.</param>
    /// <param name="count">Maximum number of images to draw.</param>
    /// <exception cref="DatasetException">The ground truth has no image with the image id of a detection.</exception>
    public RunDifferences(DetectionDataset groundTruth, IReadOnlyList<(string Name, IReadOnlyList<DetectionResult> Detections)> runs, int count = 6)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(runs);
        _runs = [.. runs.Select(run =>
        {
            var threshold = F1Curves.Compute(groundTruth, run.Detections).Overall.Best?.Threshold ?? DetectionReview.DefaultThreshold;
            return (run.Name, threshold, new DetectionReview(groundTruth, run.Detections, threshold));
        })];
        var byRun = _runs.Select(run => run.Review.ByImage).ToList();
        // OrderByDescending is stable: images with equal differences keep their order.
        _images = [.. groundTruth.Images.Select(image => (Image: image, Difference: Difference(image, [.. byRun.Select(matches => matches[image.Id].ToList())]))).OrderByDescending(one => one.Difference)];
        _drawings = new(() =>
        [
            .. Images.Take(count).SelectMany(image => _runs.Select((run, index) =>
                new RunDrawing(image, index, run.Review.Draw(image, byRun[index][image.Id]), $"{run.Name}: {DetectionReview.Counts(image, byRun[index][image.Id])}"))),
        ]);
    }

    /// <summary>The images on which the models differ, by descending difference.</summary>
    public IReadOnlyList<AnnotatedImage> Images => [.. _images.Where(one => one.Difference > 0).Select(one => one.Image)];

    /// <summary>
    /// Drawings of the first <see cref="Images"/>, one per image and model: all models of the first image, then of the second, and so on. Drawn at the first
    /// access.
    /// </summary>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public IReadOnlyList<RunDrawing> Drawings => _drawings.Value;

    /// <summary>Creates a report section with the drawings.</summary>
    internal ReportSection Section()
    {
        const string title = "Images on which the runs differ";
        if (Drawings.Count == 0)
            return new(title, [new Paragraph("There are none: the runs detect the same objects, with the same number of false positives, in every image.")]);
        var thresholds = string.Join(", ", _runs.Select(run => $"{run.Name} {run.Threshold:0.00}"));
        return new(title,
        [
            new Paragraph($"The runs differ on {Images.Count} of {_images.Count} images; these are the largest differences, whichever run is better. "
                + $"{AnnotatedRegion.Legend} Detections are drawn from the score of each run's best F1 on: {thresholds}."),
            new PictureGrid([.. Drawings.Select(one => new Picture(one.Drawing, $"{one.Source.FileName} with ground truth and detections. {one.Caption}", one.Caption))], _runs.Count),
        ]);
    }

    private static int Difference(AnnotatedImage image, List<List<MatchedDetection>> byRun)
    {
        var detected = byRun.Select(matches => matches.Select(match => match.GroundTruth).ToHashSet(ReferenceEqualityComparer.Instance)).ToList();
        var falsePositives = byRun.Select(matches => matches.Count(match => match.GroundTruth is null)).ToList();
        return DetectionReview.Objects(image).Count(box => detected.Exists(run => run.Contains(box)) && !detected.TrueForAll(run => run.Contains(box)))
            + falsePositives.Max() - falsePositives.Min();
    }
}
