namespace RetinaSharp.Detection.Modeling;

/// <summary>The divisor of the losses of a batch: either one number for the batch, or one for each image.</summary>
public sealed class LossNormalizer
{
    private readonly double[] _divisors;

    private LossNormalizer(params double[] divisors) => _divisors = divisors;

    /// <summary>Number of divisors: 1, or the number of images.</summary>
    public int Count => _divisors.Length;

    /// <summary>Gets the divisor of an image, or of the whole batch.</summary>
    /// <param name="part">Index of the image; 0 if there is one divisor for the whole batch.</param>
    public double this[int part] => _divisors[part];

    /// <summary>Creates a normalizer with a single divisor for the whole batch.</summary>
    /// <param name="divisor">The divisor.</param>
    public static implicit operator LossNormalizer(double divisor) => new(divisor);

    /// <summary>
    /// Creates a normalizer with one divisor for each image: its number of positive anchors (at least 1) times the number of images in the effective batch.
    /// </summary>
    /// <param name="positives">Number of positive anchors of each image of the batch.</param>
    /// <param name="images">Number of images in the effective batch.</param>
    public static LossNormalizer PerImage(IEnumerable<int> positives, int images) => new([.. positives.Select(count => Math.Max(1.0, count) * images)]);
}
