namespace RetinaSharp.Inference;

/// <summary>
/// The size that images are scaled to, with their aspect ratio kept: the short side becomes <paramref name="Short"/> pixels, or less
/// if the long side would exceed <paramref name="Long"/>.
/// </summary>
/// <param name="Short">Short side in pixels, from 1.</param>
/// <param name="Long">Maximum of the long side in pixels, at least <paramref name="Short"/>.</param>
public sealed record InputSize(int Short, int Long)
{
    private const int MaxSide = 16_384;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A side is out of its range.</exception>
    public void Validate()
    {
        if (!(Short >= 1 && Long >= Short && Long <= MaxSide))
            throw new ArgumentException($"Input size {Short}, {Long}: must satisfy 1 <= short <= long <= {MaxSide}.");
    }

    /// <summary>Computes the scaled size of an image as torchvision does: with the scale in fp32, and sides rounded down.</summary>
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
