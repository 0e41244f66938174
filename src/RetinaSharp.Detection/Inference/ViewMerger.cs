using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Inference;

/// <summary>Makes one list of what was found in an image's views.</summary>
/// <param name="settings">Threshold of the scores, suppression and number of detections.</param>
/// <param name="isLimitOfImage">Whether the number of detections is that of an image; else each tile has as many.</param>
/// <param name="sharedPixels">Size up to which every object lies in some tile as a whole.</param>
internal sealed class ViewMerger(InferenceSettings settings, bool isLimitOfImage, double sharedPixels)
{
    // Part of a cut box that lies in another from which it is a piece of the other's object.
    private const float PieceCoverage = .5f;

    /// <param name="plan">The views.</param>
    /// <param name="found">What was found in each, in pixels of its part as it was shown.</param>
    /// <returns>By falling score, in pixels of the image.</returns>
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
                parts[part] = DetectionFusion.Fuse(parts[part], plan.ViewsPerPart, (float)settings.ScoreThreshold, settings.MaxDetections);
        }

        return parts.Length == 1 ? parts[0] : MergeTiles(plan.Parts, parts);
    }

    private List<DetectedObject> MergeTiles(IReadOnlyList<ImagePart> parts, List<DetectedObject>[] found)
    {
        // What fits into a tile is the tiles' alone: seen as small as in the whole image, its box is less exact.
        var whole = found[0].Where(one => one.Box.Width > sharedPixels || one.Box.Height > sharedPixels).ToList();
        var cut = new List<DetectedObject>();
        for (var part = 1; part < found.Length; part++)
            foreach (var one in found[part])
                switch (parts[part].Look(one.Box))
                {
                    case PartBox.Whole: whole.Add(one); break;
                    case PartBox.Cut: cut.Add(one); break;
                }

        var merged = Suppress(whole);
        foreach (var piece in Suppress(cut))
            if (!merged.Exists(one => one.Class == piece.Class && IsPiece(piece.Box, one.Box)))
                merged.Add(piece);
        merged = [.. merged.OrderByDescending(one => one.Score)];
        var limit = isLimitOfImage ? settings.MaxDetections : settings.MaxDetections * (long)parts.Count;
        return merged.Count <= limit ? merged : merged[..(int)limit];
    }

    private List<DetectedObject> Suppress(List<DetectedObject> found)
    {
        Box[] boxes = [.. found.Select(one => one.Box)];
        float[] scores = [.. found.Select(one => one.Score)];
        int[] classes = [.. found.Select(one => one.Class)];
        return [.. NonMaximumSuppression.SuppressByClass(boxes, scores, classes, (float)settings.NmsIou).Select(index => found[index])];
    }

    private bool IsPiece(Box piece, Box whole)
    {
        var width = Math.Min(piece.X2, whole.X2) - Math.Max(piece.X1, whole.X1);
        var height = Math.Min(piece.Y2, whole.Y2) - Math.Max(piece.Y1, whole.Y1);
        return Math.Max(0, width) * Math.Max(0, height) > PieceCoverage * piece.Area || Iou.Compute(piece, whole) > settings.NmsIou;
    }
}
