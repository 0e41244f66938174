using RetinaSharp.Boxes;

namespace RetinaSharp.Inference;

/// <summary>
/// Size of an image, or of a slice of an image, before and after scaling. The horizontal and vertical scales differ slightly, because width
/// and height are each rounded to whole pixels.
/// </summary>
/// <param name="SourceWidth">Width before scaling in pixels: that of the original image, after EXIF orientation, or of the slice.</param>
/// <param name="SourceHeight">Height before scaling in pixels: that of the original image, after EXIF orientation, or of the slice.</param>
/// <param name="Width">Width after scaling in pixels, as in the network's input without padding.</param>
/// <param name="Height">Height after scaling in pixels, as in the network's input without padding.</param>
public readonly record struct ImageGeometry(int SourceWidth, int SourceHeight, int Width, int Height)
{
    /// <summary>Maps a box from the scaled image to the original image or slice, as torchvision does.</summary>
    /// <param name="box">A box in pixels of the scaled image.</param>
    public Box ToSource(Box box) => box.Scale(SourceWidth / (float)Width, SourceHeight / (float)Height);

    /// <summary>Maps a box from the original image or slice to the scaled image.</summary>
    /// <param name="box">A box in pixels of the original image or slice.</param>
    public Box FromSource(Box box) => box.Scale(Width / (float)SourceWidth, Height / (float)SourceHeight);
}
