namespace RetinaSharp.Detection.Modeling;

/// <summary>Divisor of the losses of a batch: one number, or one for each image.</summary>
public sealed class LossNormalizer
{
    private readonly double[] _divisors;

    private LossNormalizer(params double[] divisors) => _divisors = divisors;

    /// <summary>Number of divisors: 1, or the number of images.</summary>
    public int Parts => _divisors.Length;

    /// <summary>The divisor of a part of the batch.</summary>
    /// <param name="part">0, or the index of the image.</param>
    public double this[int part] => _divisors[part];

    /// <summary>One divisor for the whole batch.</summary>
    /// <param name="divisor">The divisor.</param>
    public static implicit operator LossNormalizer(double divisor) => new(divisor);

    /// <summary>Divides each image's losses by its positive anchors, at least 1, times the images of the effective batch.</summary>
    /// <param name="positives">Positive anchors of each image of the batch.</param>
    /// <param name="images">Images of the effective batch.</param>
    public static LossNormalizer PerImage(IEnumerable<int> positives, int images) => new([.. positives.Select(count => Math.Max(1.0, count) * images)]);
}
