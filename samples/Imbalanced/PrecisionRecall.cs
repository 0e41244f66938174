namespace RetinaSharp.Samples.Imbalanced;

/// <summary>The precision-recall curve of scores.</summary>
internal sealed class PrecisionRecall
{
    private readonly double[] _precision;

    private PrecisionRecall(double[] precision) => _precision = precision;

    /// <summary>Mean of the precision at each positive found.</summary>
    public double AveragePrecision => _precision.Average();

    public static PrecisionRecall Compute(ReadOnlySpan<float> scores, float[] targets)
    {
        var falling = scores.ToArray().Select(score => -score).ToArray();
        var sorted = (float[])targets.Clone();
        Array.Sort(falling, sorted);
        var precision = new List<double>();
        for (var i = 0; i < sorted.Length; i++)
            if (sorted[i] == 1)
                precision.Add((precision.Count + 1.0) / (i + 1));
        return new([.. precision]);
    }

    /// <summary>The best precision at a recall of at least so much.</summary>
    public double At(double recall) => _precision.Skip(Math.Max(0, (int)Math.Ceiling(recall * _precision.Length) - 1)).Max();
}
