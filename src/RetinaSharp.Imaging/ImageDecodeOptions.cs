namespace RetinaSharp.Imaging;

/// <summary>How an image is decoded.</summary>
public sealed record ImageDecodeOptions
{
    /// <summary>Full size, at most 100 million pixels.</summary>
    public static ImageDecodeOptions Default { get; } = new();

    /// <summary>
    /// 1, 2, 4 or 8: decode to that fraction of each side. JPEG does less work then, and rounds sides up; the other formats
    /// are decoded in full and shrunk, with sides rounded down.
    /// </summary>
    public int Reduction { get; init; } = 1;

    /// <summary>
    /// From the width and height of the decoded, upright image to those it is scaled to, as <see cref="Image.Resize"/> scales, but without
    /// the image at its first size in managed memory; null: it keeps its size. What it throws comes out of the decoding.
    /// </summary>
    public Func<int, int, (int Width, int Height)>? ScaleTo { get; init; }

    /// <summary>
    /// Images whose header announces more pixels (before <see cref="Reduction"/>) are refused before anything is decoded.
    /// OpenCV itself refuses more than 2^30.
    /// </summary>
    public long MaxPixels { get; init; } = 100_000_000;
}
