using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>Image files, decoded no larger than they are needed.</summary>
/// <remarks>
/// A JPEG is decoded to the smallest half, quarter or eighth that is still as large as wanted: its coefficients make the small picture at
/// once, without those that it cannot show, so there is no aliasing, and less work the smaller it is. From there it is scaled as any image is.
/// </remarks>
internal static class ScaledFile
{
    /// <summary>Reads an image at its input size times a factor, or as it is where that is no smaller.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Width that its upright image has.</param>
    /// <param name="height">The height.</param>
    /// <param name="size">Input size.</param>
    /// <param name="scale">The factor.</param>
    /// <returns>The image; null where the file's is of another size than said.</returns>
    /// <exception cref="ImageException">The file cannot be read or decoded.</exception>
    public static Image? Load(string path, int width, int height, InputSize size, double scale) =>
        Load(width, height, size, scale, options => Image.Load(path, options));

    /// <summary>As <see cref="Load(string, int, int, InputSize, double)"/>, by a decoder of the caller.</summary>
    public static Image? Load(int width, int height, InputSize size, double scale, Func<ImageDecodeOptions, Image> decode)
    {
        var fit = size.Fit(width, height);
        var (wantedWidth, wantedHeight) = (ImageStore.ScaledSide(fit.Width, scale), ImageStore.ScaledSide(fit.Height, scale));
        if (wantedWidth >= width || wantedHeight >= height)
            (wantedWidth, wantedHeight) = (width, height);
        var reduction = 8;
        while (reduction > 1 && (width / reduction < wantedWidth || height / reduction < wantedHeight))
            reduction /= 2;
        var isAsSaid = true;
        var image = decode(new()
        {
            Reduction = reduction,
            ScaleTo = (decodedWidth, decodedHeight) =>
            {
                isAsSaid = IsReduced(decodedWidth, width, reduction) && IsReduced(decodedHeight, height, reduction);
                return (wantedWidth, wantedHeight);
            },
        });
        return isAsSaid ? image : null;
    }

    // Decoders round the reduced side up or down.
    private static bool IsReduced(int side, int full, int reduction) =>
        side == full / reduction || side == (full + reduction - 1) / reduction;
}
