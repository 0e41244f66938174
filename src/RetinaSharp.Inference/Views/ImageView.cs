using RetinaSharp.Boxes;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Views;

/// <summary>An input of the network: a part of an image at some size, perhaps flipped.</summary>
/// <param name="X">Left side of the part in pixels of the image.</param>
/// <param name="Y">Upper side of the part in pixels of the image.</param>
/// <param name="Geometry">Size of the part, and of the input.</param>
/// <param name="IsFlipped">Whether left and right are swapped.</param>
internal readonly record struct ImageView(int X, int Y, ImageGeometry Geometry, bool IsFlipped)
{
    /// <summary>Its size in a batch of its own.</summary>
    public PaddedSize Padded => PaddedSize.Around([(Geometry.Width, Geometry.Height)]);

    /// <summary>Writes the pixels of the input.</summary>
    /// <param name="image">The image; where the view is all of it, it may be smaller than the original.</param>
    /// <param name="pixels">Receives the pixels.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    public void Write(Image image, Span<byte> pixels, int stride)
    {
        if (image.Width <= Geometry.SourceWidth && image.Height <= Geometry.SourceHeight)
            image.ResizeInto(pixels, stride, Geometry.Width, Geometry.Height);
        else
            image.ResizeInto(pixels, stride, Geometry.Width, Geometry.Height, X, Y, Geometry.SourceWidth, Geometry.SourceHeight);
        if (IsFlipped)
            PixelFlip.Horizontal(pixels, stride, Geometry.Width, Geometry.Height);
    }

    /// <summary>Maps a box from pixels of the part, flipped as in the view, to pixels of the image.</summary>
    public Box ToImage(Box box)
    {
        var (x1, x2) = IsFlipped ? (Geometry.SourceWidth - box.X2, Geometry.SourceWidth - box.X1) : (box.X1, box.X2);
        return new(X + x1, Y + box.Y1, X + x2, Y + box.Y2);
    }
}
