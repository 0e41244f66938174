namespace RetinaSharp.Experiments.Analysis;

/// <summary>
/// Counts and sums of losses, in bins of numbers that differ by less than a 512th, so that any number of anchors takes the same memory
/// (2 MB) and needs no sorting. Counts and sums are exact; only within a bin is the loss taken as shared evenly.
/// </summary>
internal sealed class LossHistogram
{
    // A single without a sign, less 14 bits of its 23 of mantissa. As integers they are in the order of the numbers.
    private const int DroppedBits = 14;

    private readonly long[] _counts = new long[1 << (31 - DroppedBits)];
    private readonly double[] _sums = new double[1 << (31 - DroppedBits)];
    private long _count;

    /// <summary>Adds one loss: finite, 0 or more.</summary>
    public void Add(float loss)
    {
        // Adding 0 makes 0 of -0.
        var bin = BitConverter.SingleToInt32Bits(loss + 0f) >> DroppedBits;
        _counts[bin]++;
        _sums[bin] += loss;
        _count++;
    }

    /// <summary>The distribution of all that was added.</summary>
    public LossDistribution Distribution(double gamma)
    {
        // In the order in which it is gone through below, so that the last share is 1 to the bit.
        var total = 0.0;
        foreach (var sum in _sums)
            total += sum;
        if (total == 0)
            return new(gamma, _count, total, []);

        var cumulative = new double[LossDistribution.Steps + 1];
        var (bin, anchors, loss) = (0, 0L, 0.0);
        for (var step = 0; step < cumulative.Length; step++)
        {
            var place = (double)step / LossDistribution.Steps * _count;
            while (anchors + _counts[bin] < place)
            {
                anchors += _counts[bin];
                loss += _sums[bin++];
            }

            var within = _counts[bin] == 0 ? 0 : _sums[bin] * ((place - anchors) / _counts[bin]);
            cumulative[step] = (loss + within) / total;
        }

        return new(gamma, _count, total, cumulative);
    }
}
