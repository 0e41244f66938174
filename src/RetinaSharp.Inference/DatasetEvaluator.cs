using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Distributed;
using RetinaSharp.Evaluation;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference;

/// <summary>Evaluates detectors: runs a detector on the images of a dataset and computes COCO metrics.</summary>
public static class DatasetEvaluator
{
    private const int DefaultBatch = 8;

    /// <summary>
    /// Evaluates a detector on a dataset. The categories of detector and dataset are matched by name. Detections of categories that the
    /// dataset does not have are ignored. Several processes detect objects in a part of the images each; all of them get the result, which is the same to the last bit as
    /// that of one process on the same kind of CPU.
    /// </summary>
    /// <param name="detector">Detector to evaluate.</param>
    /// <param name="groundTruth">The dataset with the annotated images.</param>
    /// <param name="batch">Maximum batch size, at least 1.</param>
    /// <param name="imagesDone">Receives the number of images that this process has completed, after each batch.</param>
    /// <param name="group">The processes that evaluate together; null: this one.</param>
    /// <param name="cancellationToken">Cancels the evaluation between batches; with several processes, in all of them.</param>
    /// <exception cref="ArgumentException">An image is a region of a file (<see cref="AnnotatedImage.Crop"/>).</exception>
    /// <exception cref="DatasetException">
    /// The dataset has no images or none of the detector's categories, or the size of an image is unknown or differs from the annotated
    /// size.
    /// </exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    /// <exception cref="DistributedException">A process has another dataset; the message names it. Or the connection to a process failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static async Task<DatasetEvaluation> EvaluateAsync(
        IObjectDetector detector, DetectionDataset groundTruth, int batch = DefaultBatch, IProgress<int>? imagesDone = null, IProcessGroup? group = null, CancellationToken cancellationToken = default)
    {
        RequireUsable(detector, groundTruth);
        var started = Stopwatch.GetTimestamp();
        group ??= SingleProcess.Instance;
        if (group.Size > 1)
            group.RequireEqual(Digest(groundTruth), "other data: images, boxes or classes differ, so copy the dataset again");
        var (first, count) = ImageShare.Compute(groundTruth.Images.Count, batch, group);
        var own = new List<DetectionResult>();
        try
        {
            await DetectAsync(detector, groundTruth, new ArraySegment<AnnotatedImage>([.. groundTruth.Images], first, count), batch, own, imagesDone, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (group.Size > 1 && cancellationToken.IsCancellationRequested)
        {
            // The other processes wait to gather the detections.
        }

        if (group.Any(cancellationToken.IsCancellationRequested))
            throw new OperationCanceledException(cancellationToken);
        var detections = Gather(own, group);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        // Several processes have agreed that none is canceled; one alone must not leave the others.
        var evaluating = group.Size > 1 ? CancellationToken.None : cancellationToken;
        return new(CocoEvaluator.Evaluate(groundTruth, detections, new() { CancellationToken = evaluating }), detections, groundTruth.Images.Count, seconds);
    }

    /// <inheritdoc cref="EvaluateAsync"/>
    public static DatasetEvaluation Evaluate(
        IObjectDetector detector, DetectionDataset groundTruth, int batch = DefaultBatch, IProgress<int>? imagesDone = null, IProcessGroup? group = null, CancellationToken cancellationToken = default) =>
        EvaluateAsync(detector, groundTruth, batch, imagesDone, group, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Checks that a detector can be evaluated on a dataset.</summary>
    private static void RequireUsable(IObjectDetector detector, DetectionDataset groundTruth)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(groundTruth);
        MatchCategories(detector.Categories, groundTruth);
        if (groundTruth.Images.Count == 0)
            throw new DatasetException(groundTruth.Source, "", "there are no images to evaluate on");
        ImageSizes.RequireKnown(groundTruth.Images);
        if (groundTruth.Images.FirstOrDefault(image => image.Crop is not null) is { } region)
            throw new ArgumentException($"Image {region.Id} is a region of {region.FileName}, but detectors are evaluated on whole files.", nameof(groundTruth));
    }

    /// <summary>Runs a detector on images of a dataset. The detections have the image and category ids of the dataset, and are in the order of the images.</summary>
    private static async Task DetectAsync(
        IObjectDetector detector, DetectionDataset groundTruth, IReadOnlyList<AnnotatedImage> images, int batch, List<DetectionResult> results, IProgress<int>? imagesDone,
        CancellationToken cancellationToken)
    {
        var classes = MatchCategories(detector.Categories, groundTruth);
        var done = 0;
        await foreach (var found in detector.DetectManyAsync(images.Select(image => image.File), batch, imagesDone, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            var image = images[done++];
            RequireSize(image, found);
            foreach (var detection in found.Detections)
                if (classes[detection.Class] is >= 0 and var category)
                    results.Add(new(image.Id, groundTruth.Categories[category].Id, BoxXywh.FromCorners(detection.Box), detection.Score));
        }
    }

    /// <summary>Returns the digest of a dataset, without the pixels of its images.</summary>
    private static string Digest(DetectionDataset set)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var category in set.Categories)
            Add($"{category.Id} {category.Name}");
        foreach (var image in set.Images)
        {
            Add($"{image.Id} {image.FileName} {image.Width} {image.Height}");
            foreach (var annotation in image.Annotations)
                Add($"{annotation.Category} {annotation.Box.X} {annotation.Box.Y} {annotation.Box.Width} {annotation.Box.Height} {annotation.Area} {annotation.IsCrowd} {annotation.IsDifficult}");
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(FormattableString text) => hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant(text) + "\n"));
    }

    /// <summary>Returns the detections of all processes, in the order of the images.</summary>
    private static List<DetectionResult> Gather(List<DetectionResult> own, IProcessGroup group)
    {
        if (group.Size == 1)
            return own;
        var numbers = own.Select(found => new GatheredDetection(found.ImageId, found.CategoryId, found.Box, found.Score)).ToArray();
        return [.. group.Gather(MemoryMarshal.AsBytes<GatheredDetection>(numbers)).SelectMany(bytes => MemoryMarshal.Cast<byte, GatheredDetection>(bytes).ToArray())
            .Select(found => new DetectionResult(found.Image, found.Category, found.Box, found.Score))];
    }

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

    // A detection as bytes that processes exchange.
    private readonly record struct GatheredDetection(long Image, long Category, BoxXywh Box, double Score);
}
