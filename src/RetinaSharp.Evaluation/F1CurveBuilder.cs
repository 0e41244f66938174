namespace RetinaSharp.Evaluation;

/// <summary>Builds the F1 curve of one class from its detections, which are added by descending score.</summary>
/// <param name="groundTruthCount">Number of ground truth boxes of the class, at least 1.</param>
internal sealed class F1CurveBuilder(int groundTruthCount)
{
    private readonly List<F1Point> _points = [];
    private int _truePositives;
    private int _falsePositives;

    /// <summary>The points of the curve so far, by descending threshold.</summary>
    public IReadOnlyList<F1Point> Points => _points;

    /// <summary>Precision, recall and F1 of the detections added so far; all 0 before the first.</summary>
    public F1Point Current => _points.Count == 0 ? default : _points[^1];

    /// <summary>Adds a detection. Its score must not be higher than that of the detection added before.</summary>
    public void Add(double score, bool isTruePositive)
    {
        _truePositives += isTruePositive ? 1 : 0;
        _falsePositives += isTruePositive ? 0 : 1;
        double detections = _truePositives + _falsePositives;
        Append(_points, new(score, _truePositives / detections, _truePositives / (double)groundTruthCount, 2 * _truePositives / (detections + groundTruthCount)));
    }

    /// <summary>Appends a point, or replaces the last point if it has the same threshold: detections with equal scores make one point.</summary>
    public static void Append(List<F1Point> points, F1Point point)
    {
        if (points.Count > 0 && points[^1].Threshold == point.Threshold)
            points[^1] = point;
        else
            points.Add(point);
    }
}
