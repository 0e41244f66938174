namespace RetinaSharp.Imaging;

/// <summary>How an image is decoded.</summary>
public sealed record ImageDecodeOptions
{
    /// <summary>Full size, at most 100 million pixels.</summary>
    public static ImageDecodeOptions Default { get; } = new();

    /// <summary>
    /// From the width and height of the upright image to those it is scaled to, as <see cref="Image.Resize"/> scales; null: it keeps its size. A JPEG is
    /// then decoded to the smallest half, quarter or eighth that is still no smaller than wanted: its coefficients make the small picture at once, without
    /// those that it cannot show, so there is no aliasing, and less work the smaller it is. What the function throws comes out of the decoding.
    /// </summary>
    public Func<int, int, (int Width, int Height)>? ScaleTo { get; init; }

    /// <summary>
    /// Images whose header announces more pixels are refused before anything is decoded.
    /// Memory is needed for four bytes a pixel, and no array has more than 2 GB.
    /// </summary>
    public long MaxPixels { get; init; } = 100_000_000;
}
