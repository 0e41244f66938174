namespace RetinaSharp.Detection.Data;

/// <summary>
/// The size that images are scaled to, with their shape kept: the short side becomes <paramref name="Short"/> pixels, or less
/// where the long side would exceed <paramref name="Long"/>.
/// </summary>
/// <param name="Short">Short side in pixels, from 1.</param>
/// <param name="Long">Largest long side in pixels, at least <paramref name="Short"/>.</param>
public sealed record InputSize(int Short, int Long)
{
    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public void Validate()
    {
        if (!(Short >= 1 && Long >= Short && Long <= 16_384))
            throw new ArgumentException($"Input size {Short}, {Long}: 1 <= short <= long <= 16384 is needed.");
    }

    /// <summary>The size that an image gets, in the arithmetic of torchvision: the scale in single, sides rounded down.</summary>
    internal ImageGeometry Fit(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var scale = MathF.Min(Short / (float)Math.Min(width, height), Long / (float)Math.Max(width, height));
        return new(width, height, Scaled(width, scale), Scaled(height, scale));
    }

    private static int Scaled(int side, double scale) => Math.Max(1, (int)Math.Floor(side * scale));
}
