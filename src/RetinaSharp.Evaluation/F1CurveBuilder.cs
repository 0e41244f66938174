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
        var point = new F1Point(score, _truePositives / detections, _truePositives / (double)groundTruthCount, 2 * _truePositives / (detections + groundTruthCount));
        // Detections with equal scores make one point.
        if (_points.Count > 0 && _points[^1].Threshold == score)
            _points[^1] = point;
        else
            _points.Add(point);
    }
}
