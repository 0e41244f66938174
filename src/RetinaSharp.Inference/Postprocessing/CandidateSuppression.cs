using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Postprocessing;

/// <summary>Removes duplicate candidates of the same object from the candidates of an image. O(n²) in the worst case for n candidates.</summary>
internal static class CandidateSuppression
{
    /// <summary>Removes duplicates as <see cref="InferenceSettings.Suppression"/> says.</summary>
    /// <param name="settings">Kind of suppression, thresholds and maximum number of detections.</param>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="labels">Class indices, [n].</param>
    /// <returns>
    /// The detections by descending score: the index of the candidate, the score, which Soft-NMS lowers, and the box, which fusion and voting change.
    /// </returns>
    public static (int Index, float Score, Box Box)[] Run(InferenceSettings settings, ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        var (iou, limit) = ((float)settings.NmsIouThreshold, settings.MaxDetections);
        return settings.Suppression switch
        {
            SuppressionKind.ClassWise => Unchanged(NonMaximumSuppression.SuppressByClass(boxes, scores, labels, iou, limit), boxes, scores),
            SuppressionKind.ClassAgnostic => Unchanged(NonMaximumSuppression.Suppress(boxes, scores, iou, limit), boxes, scores),
            SuppressionKind.SoftLinear => Soften(settings, SoftDecay.Linear(iou), boxes, scores, labels),
            SuppressionKind.SoftGaussian => Soften(settings, SoftDecay.Gaussian((float)settings.SoftNmsSigma), boxes, scores, labels),
            SuppressionKind.Fusion => Fuse(settings, boxes, scores, labels),
            SuppressionKind.Voting => Vote(NonMaximumSuppression.SuppressByClass(boxes, scores, labels, iou, limit), boxes, scores, labels),
            SuppressionKind.None => Unchanged(TopScores.Select(scores, limit), boxes, scores),
            var other => throw new NotSupportedException($"Suppression {other}"),
        };
    }

    private static (int Index, float Score, Box Box)[] Unchanged(int[] kept, ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores)
    {
        var detections = new (int Index, float Score, Box Box)[kept.Length];
        for (var i = 0; i < kept.Length; i++)
            detections[i] = (kept[i], scores[kept[i]], boxes[kept[i]]);
        return detections;
    }

    private static (int Index, float Score, Box Box)[] Vote(int[] kept, ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        var refined = ScoreVoting.Refine(boxes, scores, labels, kept);
        var detections = new (int Index, float Score, Box Box)[kept.Length];
        for (var i = 0; i < kept.Length; i++)
            detections[i] = (kept[i], scores[kept[i]], refined[i]);
        return detections;
    }

    private static (int Index, float Score, Box Box)[] Soften(InferenceSettings settings, SoftDecay decay, ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        var kept = SoftNonMaximumSuppression.SuppressByClass(boxes, scores, labels, decay, (float)settings.ScoreThreshold, settings.MaxDetections);
        var detections = new (int Index, float Score, Box Box)[kept.Length];
        for (var i = 0; i < kept.Length; i++)
            detections[i] = (kept[i].Index, kept[i].Score, boxes[kept[i].Index]);
        return detections;
    }

    private static (int Index, float Score, Box Box)[] Fuse(InferenceSettings settings, ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        var fused = WeightedBoxesFusion.FuseByClass(boxes, scores, labels, (float)settings.NmsIouThreshold);
        // Ordered by the score of the best box already.
        var detections = new (int Index, float Score, Box Box)[Math.Min(fused.Length, settings.MaxDetections)];
        for (var i = 0; i < detections.Length; i++)
            detections[i] = (fused[i].Index, scores[fused[i].Index], fused[i].Box);
        return detections;
    }
}
