using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>The COCO detection benchmark for boxes, bit-identical to pycocotools. Thread-safe.</summary>
/// <remarks>
/// Detections of one image and class are matched by descending score, ties in input order, at most 100. Crowds and boxes outside of an area range are
/// ignored: they are neither required nor counted as false positives.
/// </remarks>
public static class CocoEvaluator
{
    /// <summary>Evaluates detections against the ground truth.</summary>
    /// <param name="groundTruth">The annotated images. Category ids and image ids are unique.</param>
    /// <param name="detections">
    /// The detections, in the ids of the ground truth. Those of categories that the ground truth does not have are left out. Without any the metrics are 0.
    /// </param>
    /// <param name="options">Threads and cancellation.</param>
    /// <exception cref="DatasetException">A detection is of an image that the ground truth does not have.</exception>
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
    /// The evaluated detections, at most 100 of a class per image, by descending score. Those without a match are false positives; ground truth boxes
    /// without one are false negatives. A match depends only on detections with higher scores, so that the matches from some score threshold on are a prefix
    /// of the list.
    /// </returns>
    /// <exception cref="DatasetException">A detection is of an image that the ground truth does not have.</exception>
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
