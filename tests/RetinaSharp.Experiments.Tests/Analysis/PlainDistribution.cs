namespace RetinaSharp.Experiments.Tests.Analysis;

/// <summary>A cumulative distribution as it is defined: normalise, sort, add up.</summary>
internal sealed class PlainDistribution
{
    private readonly double[] _sums;

    public PlainDistribution(IEnumerable<double> losses)
    {
        var sorted = losses.Order().ToArray();
        var total = sorted.Sum();
        _sums = new double[sorted.Length + 1];
        for (var i = 0; i < sorted.Length; i++)
            _sums[i + 1] = _sums[i] + sorted[i] / total;
    }

    /// <summary>The share that the easiest part has; between two anchors on the line.</summary>
    public double At(double fraction)
    {
        var position = fraction * (_sums.Length - 1);
        var below = Math.Min((int)position, _sums.Length - 2);
        return _sums[below] + (position - below) * (_sums[below + 1] - _sums[below]);
    }
}
