namespace RetinaSharp.Samples.Imbalanced;

/// <summary>The precision-recall curve of a binary classifier.</summary>
internal sealed class PrecisionRecall
{
    private readonly double[] _precision;

    private PrecisionRecall(double[] precision) => _precision = precision;

    /// <summary>Average precision: the mean of the precision at each positive, in the order of descending score.</summary>
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

    /// <summary>Returns the highest precision at this recall or a higher one.</summary>
    public double At(double recall) => _precision.Skip(Math.Max(0, (int)Math.Ceiling(recall * _precision.Length) - 1)).Max();
}
