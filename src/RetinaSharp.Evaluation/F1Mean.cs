namespace RetinaSharp.Evaluation;

/// <summary>Means of precision, recall and F1 over classes, of which few change from one threshold to the next.</summary>
/// <param name="classes">Number of classes.</param>
internal sealed class F1Mean(int classes)
{
    private readonly F1Point[] _current = new F1Point[classes];

    // At index i, the sums over the first i classes. Those before the first class that changed stay valid; the others are added up again in the same order, so
    // that the result does not depend on which classes changed, to the last bit.
    private readonly F1Point[] _sums = new F1Point[classes + 1];
    private int _firstChanged;

    /// <summary>Sets the values of a class, which are 0 before.</summary>
    public void Set(int index, F1Point point)
    {
        _current[index] = point;
        _firstChanged = Math.Min(_firstChanged, index);
    }

    /// <summary>Returns the means of the values set so far, with a threshold.</summary>
    public F1Point At(double threshold)
    {
        var (_, precision, recall, f1) = _sums[_firstChanged];
        for (var i = _firstChanged; i < _current.Length; i++)
        {
            precision += _current[i].Precision;
            recall += _current[i].Recall;
            f1 += _current[i].F1;
            _sums[i + 1] = new(0, precision, recall, f1);
        }

        _firstChanged = _current.Length;
        return new(threshold, precision / _current.Length, recall / _current.Length, f1 / _current.Length);
    }
}
