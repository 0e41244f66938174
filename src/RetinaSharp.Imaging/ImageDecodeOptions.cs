namespace RetinaSharp.Imaging;

/// <summary>Options for decoding an image.</summary>
public sealed record ImageDecodeOptions
{
    /// <summary>The default options: no scaling, at most 100 million pixels.</summary>
    public static ImageDecodeOptions Default { get; } = new();

    /// <summary>
    /// A function from the width and height of the upright image to those to scale it to, with the filter of <see cref="Image.Resize"/>;
    /// null does not scale. A JPEG is first decoded at 1/2, 1/4 or 1/8 of its size, the smallest that is not smaller than the result: the
    /// decoder uses only the low-frequency DCT coefficients, which avoids aliasing and most of the work. Exceptions of the function
    /// propagate to the caller.
    /// </summary>
    public Func<int, int, (int Width, int Height)>? ScaleTo { get; init; }

    /// <summary>
    /// Maximum number of pixels; an image whose header announces more is rejected before it is decoded. Decoding needs four bytes per
    /// pixel, and an array is limited to 2 GB.
    /// </summary>
    public long MaxPixels { get; init; } = 100_000_000;
}
