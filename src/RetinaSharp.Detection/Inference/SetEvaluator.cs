using System.Diagnostics;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Data;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Detection.Inference;

/// <summary>Runs a detector over an annotated set and computes COCO's figures.</summary>
public static class SetEvaluator
{
    /// <summary>Evaluates a detector. Its classes are found in the set by name; a class that the set lacks is left out.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="truth">Images, with what is in them.</param>
    /// <param name="batch">Images that go through the network together.</param>
    /// <param name="imagesDone">Told how many images are done.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="DatasetException">The set has no images, or no class of the detector; or an image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static SetEvaluation Evaluate(Detector detector, DetectionDataset truth, int batch = 8, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default)
    {
        var places = new Dictionary<string, int>();
        for (var i = 0; i < truth.Categories.Count; i++)
            places.TryAdd(truth.Categories[i].Name, i);
        int[] map = [.. detector.Categories.Select(category => places.GetValueOrDefault(category.Name, -1))];
        if (Array.TrueForAll(map, place => place < 0))
            throw new DatasetException(truth.Source, "", $"the set has none of the model's classes ({string.Join(", ", detector.Categories.Select(category => category.Name))})");
        return Evaluate(detector.DetectMany(truth, batch, imagesDone, cancellationToken), truth, map, cancellationToken);
    }

    /// <summary>Reads a set's images for a pipeline, no larger than it shows them.</summary>
    /// <exception cref="DatasetException">The set has no images, or one of unknown size.</exception>
    internal static Func<AnnotatedImage, ViewedImage> Reader(DetectionDataset set, ViewPlanner planner)
    {
        if (set.Images.Count == 0)
            throw new DatasetException(set.Source, "", "there are no images to evaluate on");
        SourceImages.RequireSizes(set.Images);
        // Each is read once, so none is kept.
        var store = new ImageStore(planner.Input, planner.LargestScale, cacheBytes: 0);
        return image => new(image.Width, image.Height, store.Read(image));
    }

    /// <summary>Evaluates what is found in the set's images while it is enumerated.</summary>
    /// <param name="found">For each image of the set, in its order, the detections.</param>
    /// <param name="truth">The set.</param>
    /// <param name="classes">For each class of the network the place of the set's category, or -1.</param>
    /// <param name="cancellationToken">Stops the computation of the figures.</param>
    internal static SetEvaluation Evaluate(IEnumerable<IReadOnlyList<DetectedObject>> found, DetectionDataset truth, int[] classes, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var results = new List<DetectionResult>();
        var done = 0;
        foreach (var detections in found)
        {
            var image = truth.Images[done++];
            results.AddRange(detections.Where(detection => classes[detection.Class] >= 0).Select(detection =>
                new DetectionResult(image.Id, truth.Categories[classes[detection.Class]].Id, BoxXywh.FromCorners(detection.Box), detection.Score)));
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new(CocoEvaluator.Evaluate(truth, results, new() { CancellationToken = cancellationToken }), results, done, seconds);
    }
}
