namespace RetinaSharp.Inference;

/// <summary>
/// The size that images are scaled to for the network. By default, their aspect ratio is kept: the short side becomes <paramref name="Short"/>
/// pixels, or less if the long side would exceed <paramref name="Long"/> pixels.
/// </summary>
/// <param name="Short">Length of the short side in pixels, at least 1.</param>
/// <param name="Long">Maximum length of the long side in pixels, from <paramref name="Short"/> to 16,384.</param>
public sealed record InputSize(int Short, int Long)
{
    private const int MaxSide = 16_384;

    /// <summary>
    /// Whether images are stretched to a square of <see cref="Short"/> × <see cref="Short"/> pixels, so that their aspect ratio changes, as in
    /// MLPerf's RetinaNet. <see cref="Long"/> must then equal <see cref="Short"/>.
    /// </summary>
    public bool Stretches { get; init; }

    /// <summary>Creates the size of images that are stretched to a square.</summary>
    /// <param name="side">Side of the square in pixels, from 1 to 16,384.</param>
    public static InputSize Square(int side) => new(side, side) { Stretches = true };

    /// <summary>Checks that <see cref="Short"/> and <see cref="Long"/> are in their ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public void Validate()
    {
        if (!(Short >= 1 && Long >= Short && Long <= MaxSide))
            throw new ArgumentException($"Input size {Short}, {Long}: must satisfy 1 <= short <= long <= {MaxSide}.");
        if (Stretches && Short != Long)
            throw new ArgumentException($"Input size {Short}, {Long}: images are stretched to a square, so that short and long must be equal.");
    }

    /// <summary>
    /// Computes the size that an image is scaled to. As in torchvision, the scale is computed in fp32, and width and height are rounded
    /// down.
    /// </summary>
    /// <param name="width">Width of the image in pixels, from 1.</param>
    /// <param name="height">Height of the image in pixels, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width or height is below 1.</exception>
    public ImageGeometry Fit(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (Stretches)
            return new(width, height, Short, Short);
        var scale = MathF.Min(Short / (float)Math.Min(width, height), Long / (float)Math.Max(width, height));
        return new(width, height, Scaled(width, scale), Scaled(height, scale));
    }

    private static int Scaled(int side, double scale) => Math.Max(1, (int)Math.Floor(side * scale));
}
