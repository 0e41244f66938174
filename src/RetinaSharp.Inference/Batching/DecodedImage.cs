using RetinaSharp.Imaging;

namespace RetinaSharp.Inference.Batching;

/// <summary>A decoded image, possibly downscaled, and the size of the original image.</summary>
/// <param name="Width">Width of the original image in pixels, after EXIF orientation.</param>
/// <param name="Height">Height of the original image in pixels, after EXIF orientation.</param>
/// <param name="Image">The decoded image, in its original size or smaller.</param>
public sealed record DecodedImage(int Width, int Height, Image Image)
{
    /// <summary>Creates a decoded image from an image in its original size.</summary>
    /// <param name="image">The image.</param>
    public DecodedImage(Image image)
        : this(image.Width, image.Height, image)
    {
    }

    /// <summary>
    /// Decodes an image at the size it has in the network's input, times a factor. It is never larger than its original size.
    /// </summary>
    /// <param name="size">Input size of the network.</param>
    /// <param name="scale">
    /// Factor by which the image's size in the network's input is multiplied, above 0; infinity gives the original size.
    /// </param>
    /// <param name="decode">Decodes the image with the given options.</param>
    /// <exception cref="ImageException">The image cannot be read or decoded.</exception>
    public static DecodedImage Load(InputSize size, double scale, Func<ImageDecodeOptions, Image> decode)
    {
        var full = (Width: 0, Height: 0);
        var image = decode(new()
        {
            ScaleTo = (width, height) =>
            {
                full = (width, height);
                var fit = size.Fit(width, height);
                var (wantedWidth, wantedHeight) = (ScaleSide(fit.Width, scale), ScaleSide(fit.Height, scale));
                return wantedWidth >= width || wantedHeight >= height ? full : (wantedWidth, wantedHeight);
            },
        });
        return new(full.Width, full.Height, image);
    }

    /// <summary>Decodes an image at the size it has in an input, or in its original size if that is smaller.</summary>
    /// <param name="size">Size of the input; null: the original size of the image.</param>
    /// <param name="decode">Decodes the image with the given options.</param>
    /// <exception cref="ImageException">The image cannot be read or decoded.</exception>
    internal static DecodedImage Load(InputSize? size, Func<ImageDecodeOptions, Image> decode) => size is null ? new(decode(new())) : Load(size, 1, decode);

    /// <summary>
    /// Multiplies the width or height of an image by a factor. The result is rounded down to whole pixels and at least 1.
    /// </summary>
    /// <param name="side">The width or height in pixels.</param>
    /// <param name="scale">The factor, above 0.</param>
    public static int ScaleSide(int side, double scale) => (int)Math.Clamp(side * scale, 1, int.MaxValue);
}
