using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>The COCO detection benchmark for boxes, with the figures of pycocotools to the last bit. Thread-safe.</summary>
/// <remarks>
/// Detections of one image and class are taken by falling score, ties in the order of the input, 100 at most. Crowds and boxes
/// outside of an area range are ignored: they are neither to be found, nor wrong to be found.
/// </remarks>
public static class CocoEvaluator
{
    /// <summary>Compares detections with the truth.</summary>
    /// <param name="truth">The truth. Category ids and image ids are unique in it.</param>
    /// <param name="detections">
    /// What was detected, in the ids of the truth. Detections of categories that the truth does not have are left out. With no
    /// detections at all the figures are 0.
    /// </param>
    /// <param name="options">Threads and cancellation.</param>
    /// <exception cref="DatasetException">A detection is of an image that the truth does not have.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public static CocoMetrics Evaluate(
        DetectionDataset truth, IReadOnlyList<DetectionResult> detections, CocoEvaluatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(detections);
        options ??= new();
        var inputs = EvaluationInput.Group(truth, detections);
        var curves = new ClassCurves[inputs.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = options.Cancellation };
        Parallel.For(0, inputs.Length, parallel, place => curves[place] = inputs[place].Evaluate());
        return new(curves);
    }

    /// <summary>Matches detections with the truth, at IoU .5 and with boxes of all areas, as the evaluation does.</summary>
    /// <param name="truth">As for <see cref="Evaluate"/>.</param>
    /// <param name="detections">As for <see cref="Evaluate"/>.</param>
    /// <returns>
    /// The detections that take part, 100 of a class in an image at most, by falling score. Those without a truth are false positives;
    /// boxes that none has are missed. A match depends on detections of higher score alone, so that what is found from some score on can be
    /// read off the first ones.
    /// </returns>
    /// <exception cref="DatasetException">A detection is of an image that the truth does not have.</exception>
    public static IReadOnlyList<MatchedDetection> Match(DetectionDataset truth, IReadOnlyList<DetectionResult> detections)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(detections);
        return
        [
            .. EvaluationInput.Group(truth, detections).Zip(EvaluationInput.Annotations(truth)).SelectMany(one => one.First.Matches().Select(match =>
                new MatchedDetection(detections[match.Detection.Order], match.Truth < 0 ? null : one.Second[match.Truth]))).OrderByDescending(match => match.Detection.Score),
        ];
    }
}
