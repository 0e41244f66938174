namespace RetinaSharp.Experiments.Analysis;

/// <summary>
/// A histogram of losses, from which their cumulative distribution is computed. Bins have a relative width of at most 1/512. Memory is constant (2 MB) for any
/// number of anchors, and nothing is sorted. Each bin has the count and the sum of its losses; within a bin, the losses are assumed to be equal.
/// </summary>
internal sealed class LossHistogram
{
    // A bin is the bits of a non-negative float without 14 of its 23 mantissa bits. As integers, the bits have the same order as the floats.
    private const int DroppedBits = 14;

    private readonly long[] _counts = new long[1 << (31 - DroppedBits)];
    private readonly double[] _sums = new double[1 << (31 - DroppedBits)];
    private long _count;

    /// <summary>Adds a finite loss of at least 0.</summary>
    public void Add(float loss)
    {
        // Adding 0 turns -0 into 0.
        var bin = BitConverter.SingleToInt32Bits(loss + 0f) >> DroppedBits;
        _counts[bin]++;
        _sums[bin] += loss;
        _count++;
    }

    /// <summary>Computes the cumulative distribution of the losses added so far.</summary>
    /// <param name="gamma">γ of the focal loss, for the result.</param>
    public LossDistribution Distribution(double gamma)
    {
        // Summed in the same order as below, so that the last share is exactly 1.
        var total = 0.0;
        foreach (var sum in _sums)
            total += sum;
        if (total == 0)
            return new(gamma, _count, total, []);

        var cumulative = new double[LossDistribution.Steps + 1];
        var (bin, anchors, loss) = (0, 0L, 0.0);
        for (var step = 0; step < cumulative.Length; step++)
        {
            var target = (double)step / LossDistribution.Steps * _count;
            while (anchors + _counts[bin] < target)
            {
                anchors += _counts[bin];
                loss += _sums[bin++];
            }

            var within = _counts[bin] == 0 ? 0 : _sums[bin] * ((target - anchors) / _counts[bin]);
            cumulative[step] = (loss + within) / total;
        }

        return new(gamma, _count, total, cumulative);
    }
}
