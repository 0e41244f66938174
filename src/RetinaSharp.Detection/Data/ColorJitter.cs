using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>The random color change drawn for an image.</summary>
/// <param name="Brightness">Brightness factor; 1 has no effect.</param>
/// <param name="Contrast">Contrast factor, applied after the brightness; 1 has no effect.</param>
/// <param name="Saturation">Saturation factor, applied after the contrast; 1 has no effect.</param>
/// <param name="Hue">Rotation of the hue, applied last, as a fraction of the color circle; 0 has no effect.</param>
internal readonly record struct ColorJitter(double Brightness, double Contrast, double Saturation, double Hue)
{
    /// <summary>No change.</summary>
    public static ColorJitter None { get; } = new(1, 1, 1, 0);

    /// <summary>Applies the change to a rectangle of pixels in place.</summary>
    /// <param name="pixels">RGB bytes, from the first pixel of the rectangle on.</param>
    /// <param name="stride">Number of bytes from one row to the next.</param>
    /// <param name="width">Width of the rectangle in pixels.</param>
    /// <param name="height">Height of the rectangle in pixels.</param>
    public void Apply(Span<byte> pixels, int stride, int width, int height)
    {
        if (this == None)
            return;
        var gray = ColorTransform.MeanGray(pixels, stride, width, height);
        ColorTransform.Jitter(Brightness, Contrast, Saturation, gray, Hue).Apply(pixels, stride, width, height);
    }
}
