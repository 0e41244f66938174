namespace RetinaSharp.Detection.Modeling;

/// <summary>By what the losses of a batch are divided: all of it by one number, or each image by its own.</summary>
internal sealed class LossNormalizer
{
    private readonly double[] _divisors;

    private LossNormalizer(params double[] divisors) => _divisors = divisors;

    /// <summary>Equal parts of the batch, image after image, that have a divisor each: one, or as many as there are images.</summary>
    public int Parts => _divisors.Length;

    /// <summary>The divisor of a part.</summary>
    public double this[int part] => _divisors[part];

    public static implicit operator LossNormalizer(double divisor) => new(divisor);

    /// <summary>Positive anchors of each image, at least 1, times the images over which the mean is taken.</summary>
    /// <param name="positives">Of each image of the batch.</param>
    /// <param name="images">Images of the effective batch.</param>
    public static LossNormalizer PerImage(IEnumerable<int> positives, int images) => new([.. positives.Select(count => Math.Max(1.0, count) * images)]);
}
