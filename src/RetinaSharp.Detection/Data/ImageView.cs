using RetinaSharp.Boxes;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Data;

/// <summary>What the network is shown of an image: a part of it, at some size, perhaps mirrored.</summary>
/// <param name="X">Left side of the part, in pixels of the image.</param>
/// <param name="Y">Its upper side.</param>
/// <param name="Geometry">Size of the part, and the size that it is shown at.</param>
/// <param name="IsMirrored">Whether left and right are swapped.</param>
internal readonly record struct ImageView(int X, int Y, ImageGeometry Geometry, bool IsMirrored)
{
    /// <summary>Size that it has in a batch of its own.</summary>
    public PaddedSize Padded => PaddedSize.Around([(Geometry.Width, Geometry.Height)]);

    /// <summary>Writes its pixels.</summary>
    /// <param name="image">The image; where all of it is shown, it may be smaller than the original.</param>
    /// <param name="pixels">Where they go.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    public void Write(Image image, Span<byte> pixels, int stride)
    {
        if (image.Width <= Geometry.SourceWidth && image.Height <= Geometry.SourceHeight)
            image.ResizeInto(pixels, stride, Geometry.Width, Geometry.Height);
        else
            image.ResizeInto(pixels, stride, Geometry.Width, Geometry.Height, X, Y, Geometry.SourceWidth, Geometry.SourceHeight);
        if (IsMirrored)
            PixelFlip.Horizontal(pixels, stride, Geometry.Width, Geometry.Height);
    }

    /// <summary>Maps a box from the part's pixels, as it is shown, to the image's.</summary>
    public Box ToImage(Box box)
    {
        var (x1, x2) = IsMirrored ? (Geometry.SourceWidth - box.X2, Geometry.SourceWidth - box.X1) : (box.X1, box.X2);
        return new(X + x1, Y + box.Y1, X + x2, Y + box.Y2);
    }
}
