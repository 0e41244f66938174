using System.Diagnostics;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>Evaluates detectors: runs a detector on the images of a dataset and computes COCO metrics.</summary>
public static class DatasetEvaluator
{
    private const int DefaultBatch = 8;

    /// <summary>
    /// Evaluates a detector on a dataset. The categories of detector and dataset are matched by name. Detections of categories that the
    /// dataset does not have are ignored.
    /// </summary>
    /// <param name="detector">Detector to evaluate.</param>
    /// <param name="groundTruth">The dataset with the annotated images.</param>
    /// <param name="batch">Maximum batch size, at least 1.</param>
    /// <param name="imagesDone">Receives the total number of completed images after each batch.</param>
    /// <param name="cancellationToken">Cancels the evaluation between batches.</param>
    /// <exception cref="ArgumentException">An image is a region of a file (<see cref="AnnotatedImage.Crop"/>).</exception>
    /// <exception cref="DatasetException">
    /// The dataset has no images or none of the detector's categories, or the size of an image is unknown or differs from the annotated
    /// size.
    /// </exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static async Task<DatasetEvaluation> EvaluateAsync(
        IObjectDetector detector, DetectionDataset groundTruth, int batch = DefaultBatch, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(groundTruth);
        var classes = MatchCategories(detector.Categories, groundTruth);
        if (groundTruth.Images.Count == 0)
            throw new DatasetException(groundTruth.Source, "", "there are no images to evaluate on");
        ImageSizes.RequireKnown(groundTruth.Images);
        if (groundTruth.Images.FirstOrDefault(image => image.Crop is not null) is { } region)
            throw new ArgumentException($"Image {region.Id} is a region of {region.FileName}, but detectors are evaluated on whole files.", nameof(groundTruth));
        var started = Stopwatch.GetTimestamp();
        var results = new List<DetectionResult>();
        var done = 0;
        await foreach (var found in detector.DetectManyAsync(groundTruth.Images.Select(image => image.File), batch, imagesDone, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            var image = groundTruth.Images[done++];
            RequireSize(image, found);
            foreach (var detection in found.Detections)
                if (classes[detection.Class] is >= 0 and var category)
                    results.Add(new(image.Id, groundTruth.Categories[category].Id, BoxXywh.FromCorners(detection.Box), detection.Score));
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new(CocoEvaluator.Evaluate(groundTruth, results, new() { CancellationToken = cancellationToken }), results, done, seconds);
    }

    /// <inheritdoc cref="EvaluateAsync"/>
    public static DatasetEvaluation Evaluate(
        IObjectDetector detector, DetectionDataset groundTruth, int batch = DefaultBatch, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default) =>
        EvaluateAsync(detector, groundTruth, batch, imagesDone, cancellationToken).GetAwaiter().GetResult();

    /// <summary>
    /// Returns, for each category of the detector, the index of the category with the same name in the dataset; -1 if there is none.
    /// </summary>
    private static int[] MatchCategories(IReadOnlyList<Category> categories, DetectionDataset groundTruth)
    {
        // If the detector has exactly the categories of the dataset, they are matched by index, because names may have duplicates.
        if (categories.SequenceEqual(groundTruth.Categories))
            return [.. Enumerable.Range(0, categories.Count)];
        var indices = new Dictionary<string, int>();
        for (var i = 0; i < groundTruth.Categories.Count; i++)
            indices.TryAdd(groundTruth.Categories[i].Name, i);
        int[] classes = [.. categories.Select(category => indices.GetValueOrDefault(category.Name, -1))];
        return Array.TrueForAll(classes, index => index < 0)
            ? throw new DatasetException(groundTruth.Source, "", $"the set has none of the model's classes ({string.Join(", ", categories.Select(category => category.Name))})")
            : classes;
    }

    private static void RequireSize(AnnotatedImage image, ImageDetections found)
    {
        if ((found.Width, found.Height) != (image.Width, image.Height))
            throw new DatasetException(image.Path, $"image {image.Id}",
                $"is {found.Width} x {found.Height}, but annotated as {image.Width} x {image.Height}: correct the annotations, because their boxes would be misplaced");
    }
}
