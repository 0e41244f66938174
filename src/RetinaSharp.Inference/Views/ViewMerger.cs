using RetinaSharp.Boxes;
using RetinaSharp.Inference.Postprocessing;

namespace RetinaSharp.Inference.Views;

/// <summary>
/// Merges the detections of all views of an image: fuses those of augmented views of the same part, and removes duplicates and pieces of
/// objects that overlapping slices cause.
/// </summary>
/// <param name="settings">Score threshold, IoU threshold of NMS, maximum number of detections, and whether NMS is class-agnostic.</param>
/// <param name="isLimitPerImage">Whether the maximum number of detections applies to the image; otherwise it applies to each part.</param>
/// <param name="maxCompleteObjectSize">Width and height in pixels up to which an object is complete in at least one slice.</param>
internal sealed class ViewMerger(InferenceSettings settings, bool isLimitPerImage, double maxCompleteObjectSize)
{
    // A cut box is dropped if a whole box of its class (of any class for class-agnostic NMS) covers more than this fraction of it.
    private const float PieceCoverage = .5f;

    /// <summary>Merges the detections of all views of an image.</summary>
    /// <param name="plan">Parts and views of the image.</param>
    /// <param name="found">Detections of each view, in pixels of the view's part.</param>
    /// <returns>Detections by descending score, in pixels of the image.</returns>
    public IReadOnlyList<DetectedObject> Merge(ViewPlan plan, ReadOnlySpan<IReadOnlyList<DetectedObject>> found)
    {
        if (plan.Views.Length == 1)
            return found[0];
        var parts = new List<DetectedObject>[plan.Parts.Count];
        for (var part = 0; part < parts.Length; part++)
        {
            parts[part] = [];
            for (var view = part * plan.ViewsPerPart; view < (part + 1) * plan.ViewsPerPart; view++)
                foreach (var one in found[view])
                    parts[part].Add(one with { Box = plan.Views[view].ToImage(one.Box) });
            if (plan.ViewsPerPart > 1)
                parts[part] = Fuse(parts[part], plan.ViewsPerPart);
        }

        return parts.Length == 1 ? parts[0] : MergeTiles(plan.Parts, parts);
    }

    private bool IsClassAgnostic => settings.Suppression == SuppressionKind.ClassAgnostic;

    private List<DetectedObject> Fuse(List<DetectedObject> found, int views)
    {
        var fused = DetectionFusion.Fuse(found, _ => views, (float)settings.ScoreThreshold, settings.MaxDetections);
        // Boxes are fused within each class, but views may find an object in different classes.
        return IsClassAgnostic ? Suppress(fused) : fused;
    }

    private List<DetectedObject> MergeTiles(IReadOnlyList<ImagePart> parts, List<DetectedObject>[] found)
    {
        // Objects that fit into a slice are taken from the slices: in the whole image they are scaled down, and their boxes are less accurate.
        var whole = found[0].Where(one => one.Box.Width > maxCompleteObjectSize || one.Box.Height > maxCompleteObjectSize).ToList();
        var cut = new List<DetectedObject>();
        for (var part = 1; part < found.Length; part++)
            foreach (var one in found[part])
                switch (parts[part].Classify(one.Box))
                {
                    case PartBox.Whole: whole.Add(one); break;
                    case PartBox.Cut: cut.Add(one); break;
                }

        var merged = Suppress(whole);
        foreach (var piece in Suppress(cut))
            if (!merged.Exists(one => (IsClassAgnostic || one.Class == piece.Class) && IsPiece(piece.Box, one.Box)))
                merged.Add(piece);
        merged = [.. merged.OrderByDescending(one => one.Score)];
        var limit = isLimitPerImage ? settings.MaxDetections : settings.MaxDetections * (long)parts.Count;
        return merged.Count <= limit ? merged : merged[..(int)limit];
    }

    private List<DetectedObject> Suppress(List<DetectedObject> found)
    {
        Box[] boxes = [.. found.Select(one => one.Box)];
        float[] scores = [.. found.Select(one => one.Score)];
        int[] classes = [.. found.Select(one => IsClassAgnostic ? 0 : one.Class)];
        return [.. NonMaximumSuppression.SuppressByClass(boxes, scores, classes, (float)settings.NmsIouThreshold).Select(index => found[index])];
    }

    private bool IsPiece(Box piece, Box whole)
    {
        var width = Math.Min(piece.X2, whole.X2) - Math.Max(piece.X1, whole.X1);
        var height = Math.Min(piece.Y2, whole.Y2) - Math.Max(piece.Y1, whole.Y1);
        return Math.Max(0, width) * Math.Max(0, height) > PieceCoverage * piece.Area || Iou.Compute(piece, whole) > settings.NmsIouThreshold;
    }
}
