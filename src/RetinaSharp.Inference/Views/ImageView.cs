using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Views;

/// <summary>An input of the network: a part of an image, scaled and optionally flipped.</summary>
/// <param name="X">X coordinate of the left edge of the part, in pixels of the image.</param>
/// <param name="Y">Y coordinate of the top edge of the part, in pixels of the image.</param>
/// <param name="Geometry">Size of the part before and after scaling.</param>
/// <param name="IsFlipped">Whether the view is flipped horizontally.</param>
internal readonly record struct ImageView(int X, int Y, ImageGeometry Geometry, bool IsFlipped)
{
    /// <summary>Padded size of the view. Views of equal padded size can form a batch.</summary>
    public PaddedSize Padded => PaddedSize.Compute([(Geometry.Width, Geometry.Height)]);

    /// <summary>The region of the image that the view shows.</summary>
    public ImageRegion Region => new(X, Y, Geometry.SourceWidth, Geometry.SourceHeight);

    /// <summary>Writes the pixels of the view: the part of the image, scaled, and flipped if <see cref="IsFlipped"/> is set.</summary>
    /// <param name="image">The image. If the view shows the whole image, it may be a downscaled version of the original.</param>
    /// <param name="pixels">Receives the pixels [height, width, 3], RGB.</param>
    /// <param name="stride">Number of bytes from one row of <paramref name="pixels"/> to the next.</param>
    public void Write(Image image, Span<byte> pixels, int stride)
    {
        if (image.Width <= Geometry.SourceWidth && image.Height <= Geometry.SourceHeight)
            image.ResizeInto(pixels, stride, Geometry.Width, Geometry.Height);
        else
            image.ResizeInto(pixels, stride, Geometry.Width, Geometry.Height, X, Y, Geometry.SourceWidth, Geometry.SourceHeight);
        if (IsFlipped)
            PixelFlip.Horizontal(pixels, stride, Geometry.Width, Geometry.Height);
    }

    /// <summary>
    /// Maps a box that was detected in the view to pixels of the image. The box is given in pixels of the unscaled part, flipped if
    /// <see cref="IsFlipped"/> is set.
    /// </summary>
    public Box ToImage(Box box)
    {
        var (x1, x2) = IsFlipped ? (Geometry.SourceWidth - box.X2, Geometry.SourceWidth - box.X1) : (box.X1, box.X2);
        return new(X + x1, Y + box.Y1, X + x2, Y + box.Y2);
    }
}
