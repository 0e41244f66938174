namespace RetinaSharp.Evaluation;

/// <summary>F1 as a function of the score threshold: a step function that changes only at scores of detections.</summary>
public sealed class F1Curve
{
    private readonly F1Point[] _points;

    /// <param name="points">By descending threshold, each threshold once.</param>
    internal F1Curve(IEnumerable<F1Point> points)
    {
        _points = [.. points];
        var best = _points.DefaultIfEmpty().MaxBy(point => point.F1);
        Best = best.F1 > 0 ? best : null;
    }

    /// <summary>The points at which the curve changes, by descending threshold: one for each distinct score of a detection.</summary>
    public IReadOnlyList<F1Point> Points => _points;

    /// <summary>The point with the highest F1; of several, the one with the highest threshold. Null if no detection is a true positive.</summary>
    public F1Point? Best { get; }

    /// <summary>Returns precision, recall and F1 at any score threshold.</summary>
    /// <param name="threshold">The score threshold.</param>
    /// <returns>A point with this threshold; its values are all 0 if the threshold is above the highest score.</returns>
    public F1Point At(double threshold)
    {
        // Finds the last point whose threshold is at least the given one: it counts the detections with this score or a higher one.
        var (low, high) = (0, _points.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_points[middle].Threshold >= threshold)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? new(threshold, 0, 0, 0) : _points[low - 1] with { Threshold = threshold };
    }
}
