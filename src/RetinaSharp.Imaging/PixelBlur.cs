namespace RetinaSharp.Imaging;

/// <summary>Blurs RGB pixels in place.</summary>
public static class PixelBlur
{
    /// <summary>
    /// Applies a Gaussian blur, cut off at three standard deviations. Near the borders, the mean is that of the pixels of the image. The computation uses
    /// integers after the weights are known.
    /// </summary>
    /// <param name="pixels">The RGB pixels, starting at the first byte of the first row; bytes between rows are not modified.</param>
    /// <param name="stride">Number of bytes from one row to the next, at least 3 · width.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="sigma">Standard deviation in pixels, above 0 and at most 100.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sigma"/> is out of its range.</exception>
    public static void Gaussian(Span<byte> pixels, int stride, int width, int height, double sigma)
    {
        if (!(sigma > 0 && sigma <= 100))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "must be above 0 and at most 100");
        PixelRows.Check(pixels, stride, width, height);
        Resampler.Apply(pixels, 3, stride, ResamplingWeights.Gaussian(width, sigma), ResamplingWeights.Gaussian(height, sigma), pixels, stride);
    }
}
