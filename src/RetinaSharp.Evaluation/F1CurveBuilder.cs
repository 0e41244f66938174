namespace RetinaSharp.Evaluation;

/// <summary>Counts the matches of one class by descending score.</summary>
/// <param name="groundTruthCount">Number of ground truth boxes of the class, at least 1.</param>
internal sealed class F1CurveBuilder(int groundTruthCount)
{
    private readonly List<F1Point> _points = [];
    private int _truePositives;
    private int _falsePositives;

    /// <summary>The points so far.</summary>
    public IReadOnlyList<F1Point> Points => _points;

    /// <summary>The values with all detections so far; all 0 before the first.</summary>
    public F1Point Current => _points.Count == 0 ? default : _points[^1];

    /// <summary>Adds a detection whose score is that of the last one or lower.</summary>
    public void Add(double score, bool isTruePositive)
    {
        _truePositives += isTruePositive ? 1 : 0;
        _falsePositives += isTruePositive ? 0 : 1;
        double detections = _truePositives + _falsePositives;
        Append(_points, new(score, _truePositives / detections, _truePositives / (double)groundTruthCount, 2 * _truePositives / (detections + groundTruthCount)));
    }

    /// <summary>Appends a point. Detections of equal scores count together, so one of the same threshold is replaced.</summary>
    public static void Append(List<F1Point> points, F1Point point)
    {
        if (points.Count > 0 && points[^1].Threshold == point.Threshold)
            points[^1] = point;
        else
            points.Add(point);
    }
}
