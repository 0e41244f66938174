using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>Images that are decoded no larger than they are needed, with the size that they have in full.</summary>
/// <param name="Width">Width of the upright image in full.</param>
/// <param name="Height">Its height.</param>
/// <param name="Image">The image, scaled.</param>
internal sealed record ScaledFile(int Width, int Height, Image Image)
{
    /// <summary>Decodes an image at its input size times a factor, or as it is where that is no smaller.</summary>
    /// <param name="size">Input size.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="decode">Decodes it.</param>
    /// <exception cref="ImageException">It cannot be read or decoded.</exception>
    public static ScaledFile Load(InputSize size, double scale, Func<ImageDecodeOptions, Image> decode)
    {
        var full = (Width: 0, Height: 0);
        var image = decode(new()
        {
            ScaleTo = (width, height) =>
            {
                full = (width, height);
                var fit = size.Fit(width, height);
                var (wantedWidth, wantedHeight) = (ImageStore.ScaledSide(fit.Width, scale), ImageStore.ScaledSide(fit.Height, scale));
                return wantedWidth >= width || wantedHeight >= height ? full : (wantedWidth, wantedHeight);
            },
        });
        return new(full.Width, full.Height, image);
    }
}
