namespace RetinaSharp.Evaluation;

/// <summary>
/// numpy's pairwise summation of a one-dimensional array. numpy adds up the sums of buffers of 8192 numbers. It splits a buffer recursively into halves,
/// down to blocks of at most 128 numbers, which are summed with eight accumulators. Another order would change the last bits of the metrics, which are to
/// equal those of pycocotools.
/// </summary>
internal static class PairwiseSum
{
    private const int Buffer = 8192;
    private const int Block = 128;

    public static double Compute(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var start = 0; start < values.Length; start += Buffer)
            sum += Pairwise(values[start..Math.Min(start + Buffer, values.Length)]);
        return sum;
    }

    private static double Pairwise(ReadOnlySpan<double> values)
    {
        if (values.Length < 8)
        {
            var sum = 0.0;
            foreach (var value in values)
                sum += value;
            return sum;
        }

        if (values.Length > Block)
        {
            var half = values.Length / 2;
            half -= half % 8;
            return Pairwise(values[..half]) + Pairwise(values[half..]);
        }

        var (r0, r1, r2, r3) = (values[0], values[1], values[2], values[3]);
        var (r4, r5, r6, r7) = (values[4], values[5], values[6], values[7]);
        var i = 8;
        for (; i <= values.Length - 8; i += 8)
        {
            r0 += values[i];
            r1 += values[i + 1];
            r2 += values[i + 2];
            r3 += values[i + 3];
            r4 += values[i + 4];
            r5 += values[i + 5];
            r6 += values[i + 6];
            r7 += values[i + 7];
        }

        var total = r0 + r1 + (r2 + r3) + (r4 + r5 + (r6 + r7));
        for (; i < values.Length; i++)
            total += values[i];
        return total;
    }
}
