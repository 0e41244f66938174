namespace RetinaSharp.Inference;

/// <summary>
/// The size to which images are scaled, with their aspect ratio kept: the short side becomes <paramref name="Short"/> pixels, or less
/// where the long side would exceed <paramref name="Long"/>.
/// </summary>
/// <param name="Short">Short side in pixels, from 1.</param>
/// <param name="Long">Largest long side in pixels, at least <paramref name="Short"/>.</param>
public sealed record InputSize(int Short, int Long)
{
    private const int MaxSide = 16_384;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A side is out of its range.</exception>
    public void Validate()
    {
        if (!(Short >= 1 && Long >= Short && Long <= MaxSide))
            throw new ArgumentException($"Input size {Short}, {Long}: 1 <= short <= long <= {MaxSide} is needed.");
    }

    /// <summary>The size that an image is scaled to, in torchvision's arithmetic: the scale in fp32, sides rounded down.</summary>
    /// <param name="width">Width of the image in pixels, from 1.</param>
    /// <param name="height">Height of the image in pixels, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public ImageGeometry Fit(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var scale = MathF.Min(Short / (float)Math.Min(width, height), Long / (float)Math.Max(width, height));
        return new(width, height, Scaled(width, scale), Scaled(height, scale));
    }

    private static int Scaled(int side, double scale) => Math.Max(1, (int)Math.Floor(side * scale));
}
