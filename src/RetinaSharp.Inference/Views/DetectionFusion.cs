using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Views;

/// <summary>Fuses the detections of several views of the same part of an image, for test-time augmentation.</summary>
/// <remarks>
/// Weighted boxes fusion (Solovyev, Wang, Gabruseva, arXiv 1910.13302): overlapping boxes of a class are replaced by their mean, weighted
/// by score. The fused score is the sum of the scores divided by the number of views (or of fused boxes, if there are more), so an object
/// that is detected in one view only gets a low score. NMS would keep the highest score instead.
/// </remarks>
internal static class DetectionFusion
{
    // Boxes of a class with a higher IoU are fused. This is the default of the paper.
    private const float SameIou = .55f;

    /// <summary>Fuses the detections of all views of a part.</summary>
    /// <param name="found">Detections of all views of the part, in pixels of the image.</param>
    /// <param name="views">Number of views of the part.</param>
    /// <param name="threshold">Score that fused detections must exceed.</param>
    /// <param name="limit">Maximum number of fused detections.</param>
    /// <returns>The fused detections by descending score.</returns>
    public static List<DetectedObject> Fuse(IEnumerable<DetectedObject> found, int views, float threshold, int limit)
    {
        var groups = new List<Group>();
        foreach (var one in found.OrderByDescending(one => one.Score))
        {
            var best = default(Group);
            var bestIou = SameIou;
            foreach (var group in groups)
                if (group.First.Class == one.Class && Iou.Compute(group.Box, one.Box) is var iou && iou > bestIou)
                    (best, bestIou) = (group, iou);
            if (best is null)
                groups.Add(new(one));
            else
                best.Add(one);
        }

        return [.. groups.Select(group => group.Fused(views)).Where(one => one.Score > threshold).OrderByDescending(one => one.Score).Take(limit)];
    }

    private sealed class Group(DetectedObject first)
    {
        private double _x1 = first.Score * first.Box.X1, _y1 = first.Score * first.Box.Y1;
        private double _x2 = first.Score * first.Box.X2, _y2 = first.Score * first.Box.Y2;
        private double _scores = first.Score;
        private int _count = 1;

        public DetectedObject First => first;

        public Box Box { get; private set; } = first.Box;

        public void Add(DetectedObject one)
        {
            _x1 += one.Score * one.Box.X1;
            _y1 += one.Score * one.Box.Y1;
            _x2 += one.Score * one.Box.X2;
            _y2 += one.Score * one.Box.Y2;
            _scores += one.Score;
            _count++;
            Box = new((float)(_x1 / _scores), (float)(_y1 / _scores), (float)(_x2 / _scores), (float)(_y2 / _scores));
        }

        public DetectedObject Fused(int views) => first with { Box = Box, Score = (float)(_scores / Math.Max(views, _count)) };
    }
}
