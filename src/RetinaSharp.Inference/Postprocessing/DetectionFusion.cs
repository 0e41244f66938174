using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Postprocessing;

/// <summary>Fuses the detections of several sources: views of the same part of an image in test-time augmentation, or models of an ensemble.</summary>
/// <remarks>
/// The fused score is the weighted mean over the sources, where a source without the box counts as 0. So an object that one of several sources
/// detects gets a low score. NMS would keep the highest score instead.
/// </remarks>
internal static class DetectionFusion
{
    /// <summary>Default IoU threshold: boxes of a class with a higher IoU are fused. This is the default of the paper.</summary>
    public const double DefaultIouThreshold = .55;

    /// <summary>Fuses the detections of all sources.</summary>
    /// <param name="found">Detections of all sources, in pixels of the image.</param>
    /// <param name="sourceWeight">Returns the sum of the weights of all sources that know a class; without weights, their number.</param>
    /// <param name="scoreThreshold">Score that fused detections must exceed.</param>
    /// <param name="limit">Maximum number of fused detections.</param>
    /// <param name="weights">Weight of each detection, that of its source; empty: all are 1.</param>
    /// <param name="iouThreshold">IoU above which boxes of a class are fused.</param>
    /// <returns>The fused detections by descending score.</returns>
    public static List<DetectedObject> Fuse(
        IReadOnlyList<DetectedObject> found, Func<int, double> sourceWeight, float scoreThreshold, int limit, ReadOnlySpan<double> weights = default, double iouThreshold = DefaultIouThreshold)
    {
        Box[] boxes = [.. found.Select(one => one.Box)];
        float[] scores = [.. found.Select(one => one.Score)];
        int[] classes = [.. found.Select(one => one.Class)];
        var fused = WeightedBoxesFusion.FuseByClass(boxes, scores, classes, (float)iouThreshold, weights);
        return [.. fused
            .Select(one => found[one.Index] with { Box = one.Box, Score = one.MeanScore(sourceWeight(classes[one.Index])) })
            .Where(one => one.Score > scoreThreshold)
            .OrderByDescending(one => one.Score)
            .Take(limit)];
    }
}
