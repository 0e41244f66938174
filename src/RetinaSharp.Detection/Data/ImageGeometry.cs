using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Data;

/// <summary>An image's size before and after scaling. The axes' factors differ a little, as sides are rounded each for itself.</summary>
/// <param name="SourceWidth">Width of the original, upright image in pixels.</param>
/// <param name="SourceHeight">Its height.</param>
/// <param name="Width">Width that the network sees, without padding.</param>
/// <param name="Height">The height.</param>
internal readonly record struct ImageGeometry(int SourceWidth, int SourceHeight, int Width, int Height)
{
    /// <summary>Maps a box of the scaled image to the original, as torchvision does.</summary>
    public Box ToSource(Box box) => box.Scale(SourceWidth / (float)Width, SourceHeight / (float)Height);

    /// <summary>Maps a box of the original to the scaled image.</summary>
    public Box FromSource(Box box) => box.Scale(Width / (float)SourceWidth, Height / (float)SourceHeight);
}
