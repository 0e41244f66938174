using RetinaSharp.Boxes;

namespace RetinaSharp.Inference;

/// <summary>How the detections of two detectors differ, such as those of a model and of its export.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Detections">Number of detections of the first detector.</param>
/// <param name="Unmatched">
/// Number of detections, of either detector, that have no counterpart of the same class and nearly the same box; those within the tolerance of the score
/// threshold do not count.
/// </param>
/// <param name="ScoreDifference">The largest difference between the scores of two matched detections.</param>
/// <param name="BoxDifference">The largest distance between the sides of the boxes of two matched detections, in pixels.</param>
public sealed record DetectionDifference(int Images, int Detections, int Unmatched, double ScoreDifference, double BoxDifference)
{
    /// <summary>No images.</summary>
    public static DetectionDifference None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>
    /// Compares the detections of an image. Each detection is matched to that of the same class with the nearest box, within the tolerances, that is not
    /// matched yet.
    /// </summary>
    /// <param name="first">Detections of the first detector.</param>
    /// <param name="second">Detections of the second detector.</param>
    /// <param name="scoreThreshold">Score threshold of both: a detection whose score is nearly the threshold may be missing.</param>
    /// <param name="scoreTolerance">Maximum difference of the scores of a pair.</param>
    /// <param name="boxTolerance">Maximum distance of the sides of the boxes of a pair, in pixels.</param>
    public static DetectionDifference Of(
        IReadOnlyList<DetectedObject> first, IReadOnlyList<DetectedObject> second, double scoreThreshold, double scoreTolerance, double boxTolerance)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var others = second.ToList();
        var (unmatched, score, box) = (0, 0.0, 0.0);
        foreach (var one in first)
        {
            var nearest = -1;
            var (nearestScore, nearestBox) = (scoreTolerance, boxTolerance);
            for (var i = 0; i < others.Count; i++)
            {
                var (scoreDistance, boxDistance) = (Math.Abs(others[i].Score - one.Score), Distance(others[i].Box, one.Box));
                if (others[i].Class == one.Class && scoreDistance <= scoreTolerance && boxDistance <= nearestBox)
                    (nearest, nearestScore, nearestBox) = (i, scoreDistance, boxDistance);
            }

            if (nearest < 0)
            {
                unmatched += Counts(one) ? 1 : 0;
                continue;
            }

            (score, box) = (Math.Max(score, nearestScore), Math.Max(box, nearestBox));
            others.RemoveAt(nearest);
        }

        return new(1, first.Count, unmatched + others.Count(Counts), score, box);

        bool Counts(DetectedObject detection) => detection.Score > scoreThreshold + scoreTolerance;
    }

    /// <summary>Returns the differences of both sets of images together.</summary>
    /// <param name="other">The differences on other images.</param>
    public DetectionDifference Add(DetectionDifference other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(Images + other.Images, Detections + other.Detections, Unmatched + other.Unmatched,
            Math.Max(ScoreDifference, other.ScoreDifference), Math.Max(BoxDifference, other.BoxDifference));
    }

    private static double Distance(Box one, Box other) =>
        Math.Max(Math.Max(Math.Abs(one.X1 - other.X1), Math.Abs(one.Y1 - other.Y1)), Math.Max(Math.Abs(one.X2 - other.X2), Math.Abs(one.Y2 - other.Y2)));
}
