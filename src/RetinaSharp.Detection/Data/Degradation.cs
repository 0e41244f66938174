using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>The random loss of quality drawn for a sample: blur, then the artifacts of JPEG compression.</summary>
/// <param name="BlurSigma">Standard deviation of the Gaussian blur in pixels; 0: no blur.</param>
/// <param name="JpegQuality">Quality of the JPEG encoder, from 1 to 100; 0: no compression.</param>
internal readonly record struct Degradation(double BlurSigma, int JpegQuality)
{
    // A blur below this, and a quality above this, cannot be seen.
    private const double MinSigma = .1;
    private const int MaxQuality = 95;

    /// <summary>Draws the loss of quality of a sample.</summary>
    public static Degradation Draw(AugmentationSettings settings, SampleRandom random)
    {
        var (blur, jpeg) = (random.For("blur"), random.For("jpeg"));
        return new(
            blur.NextBool(settings.Blur) ? blur.NextDouble(MinSigma, settings.BlurMaxSigma) : 0,
            jpeg.NextBool(settings.JpegNoise) ? settings.JpegMinQuality + jpeg.NextInt(MaxQuality - settings.JpegMinQuality + 1) : 0);
    }

    /// <summary>Applies the loss of quality to a rectangle of pixels in place.</summary>
    /// <param name="pixels">RGB bytes, from the first pixel of the rectangle on.</param>
    /// <param name="stride">Number of bytes from one row to the next.</param>
    /// <param name="width">Width of the rectangle in pixels.</param>
    /// <param name="height">Height of the rectangle in pixels.</param>
    public void Apply(Span<byte> pixels, int stride, int width, int height)
    {
        if (BlurSigma > 0)
            PixelBlur.Gaussian(pixels, stride, width, height, BlurSigma);
        if (JpegQuality > 0)
            Compress(pixels, stride, width, height);
    }

    private void Compress(Span<byte> pixels, int stride, int width, int height)
    {
        var rows = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
            pixels.Slice(y * stride, width * 3).CopyTo(rows.AsSpan(y * width * 3));
        Image.Decode(new Image(width, height, rows).Encode(ImageEncoding.Jpeg, JpegQuality)).ResizeInto(pixels, stride, width, height);
    }
}
