using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>The COCO detection benchmark for boxes, bit-identical to pycocotools. Thread-safe.</summary>
/// <remarks>
/// The detections of each image and class are matched by descending score, equal scores in input order; those after the first 100 are left out. For a
/// metric of an area range, crowds and ground truth boxes outside of the range are ignored: they need no detection, and a detection that matches one is
/// ignored too. So is a detection without a match whose area is outside of the range.
/// </remarks>
public static class CocoEvaluator
{
    /// <summary>Evaluates detections against the ground truth.</summary>
    /// <param name="groundTruth">The annotated images. Category ids and image ids must be unique.</param>
    /// <param name="detections">
    /// The detections, with image and category ids of the ground truth. Detections of categories that the ground truth does not have are left out. If the
    /// list is empty, the metrics are 0.
    /// </param>
    /// <param name="options">Threads and cancellation; null: the defaults.</param>
    /// <exception cref="DatasetException">The ground truth has no image with the image id of a detection.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public static CocoMetrics Evaluate(
        DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections, CocoEvaluatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        options ??= new();
        var inputs = EvaluationInput.Group(groundTruth, detections);
        var curves = new ClassCurves[inputs.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = options.CancellationToken };
        Parallel.For(0, inputs.Length, parallel, index => curves[index] = inputs[index].Evaluate());
        return new(curves);
    }

    /// <summary>Matches detections with the ground truth as <see cref="Evaluate"/> does at IoU .5 and all areas.</summary>
    /// <param name="groundTruth">As for <see cref="Evaluate"/>.</param>
    /// <param name="detections">As for <see cref="Evaluate"/>.</param>
    /// <returns>
    /// The evaluated detections by descending score, at most 100 per class and image. Detections without a match are false positives; ground truth boxes
    /// without a match are false negatives. A match depends only on detections with higher scores. So for any score threshold, the matches of the detections
    /// that reach it are the first elements of the list.
    /// </returns>
    /// <exception cref="DatasetException">The ground truth has no image with the image id of a detection.</exception>
    public static IReadOnlyList<MatchedDetection> Match(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections)
    {
        ArgumentNullException.ThrowIfNull(groundTruth);
        ArgumentNullException.ThrowIfNull(detections);
        return
        [
            .. EvaluationInput.Group(groundTruth, detections).Zip(EvaluationInput.Annotations(groundTruth)).SelectMany(one => one.First.Matches().Select(match =>
                new MatchedDetection(detections[match.Detection.Order], match.GroundTruth < 0 ? null : one.Second[match.GroundTruth])))
                .OrderByDescending(match => match.Detection.Score),
        ];
    }
}
