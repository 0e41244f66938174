using RetinaSharp.Boxes;

namespace RetinaSharp.Inference;

/// <summary>Size of an image before and after scaling. The horizontal and vertical scales differ slightly, because each side is rounded to whole pixels.</summary>
/// <param name="SourceWidth">Width of the original image in pixels, after EXIF orientation.</param>
/// <param name="SourceHeight">Height of the original image in pixels, after EXIF orientation.</param>
/// <param name="Width">Width of the network's input in pixels, without padding.</param>
/// <param name="Height">Height of the network's input in pixels, without padding.</param>
public readonly record struct ImageGeometry(int SourceWidth, int SourceHeight, int Width, int Height)
{
    /// <summary>Maps a box from the scaled image to the original image, as torchvision does.</summary>
    /// <param name="box">A box in pixels of the scaled image.</param>
    public Box ToSource(Box box) => box.Scale(SourceWidth / (float)Width, SourceHeight / (float)Height);

    /// <summary>Maps a box from the original image to the scaled image.</summary>
    /// <param name="box">A box in pixels of the original image.</param>
    public Box FromSource(Box box) => box.Scale(Width / (float)SourceWidth, Height / (float)SourceHeight);
}
