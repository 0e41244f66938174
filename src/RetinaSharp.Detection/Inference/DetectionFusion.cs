using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Inference;

/// <summary>Makes one list of what was found in several views of one picture.</summary>
/// <remarks>
/// Weighted boxes fusion (Solovyev, Wang, Gabruseva: Weighted boxes fusion, arXiv 1910.13302): boxes of a class that overlap become their
/// mean, weighted by score, with the mean of their scores over all views, so that what one view alone sees loses what the others do
/// not see in it. Suppression would keep the highest score of all, right or wrong.
/// </remarks>
internal static class DetectionFusion
{
    // The paper's.
    private const float SameIou = .55f;

    /// <param name="found">What was found in all views, in the pixels of one.</param>
    /// <param name="views">How many they are.</param>
    /// <param name="threshold">Scores up to this are left out.</param>
    /// <param name="limit">Detections to keep at most.</param>
    /// <returns>By falling score.</returns>
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
