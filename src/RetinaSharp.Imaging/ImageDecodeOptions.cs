namespace RetinaSharp.Imaging;

/// <summary>Options for decoding an image.</summary>
public sealed record ImageDecodeOptions
{
    /// <summary>Maximum width and height in pixels, those of JPEG. An image whose header gives more is rejected before it is decoded.</summary>
    public const int MaxSide = ushort.MaxValue;

    /// <summary>The default options: no scaling, at most 100 million pixels.</summary>
    public static ImageDecodeOptions Default { get; } = new();

    /// <summary>
    /// A function that takes the width and height of the upright image and returns the size to scale the image to; null does not scale.
    /// Scaling uses the filter of <see cref="Image.Resize"/>. A JPEG is first decoded at 1/2, 1/4 or 1/8 of its size, the smallest of these
    /// that is not smaller than the result: the decoder then uses only the low-frequency DCT coefficients, which avoids aliasing and most
    /// of the work. Exceptions of the function propagate to the caller.
    /// </summary>
    public Func<int, int, (int Width, int Height)>? ScaleTo { get; init; }

    /// <summary>
    /// Maximum number of pixels. An image whose header gives more is rejected before it is decoded. Decoding needs four bytes per pixel, which
    /// one array must hold, so at most 2 GB; for TIFF also a decoded strip or tile, of up to eight bytes per pixel. For a progressive JPEG,
    /// libjpeg also holds all coefficients: six bytes per pixel without chroma subsampling, eight for CMYK, for every <see cref="ScaleTo"/>. The
    /// result needs three bytes per pixel, and three more while it is rotated. Together these are up to 18 bytes per pixel for a rotated
    /// progressive JPEG, which is computed, not measured.
    /// </summary>
    public long MaxPixels { get; init; } = 100_000_000;
}
