using RetinaSharp.Boxes;

namespace RetinaSharp.Inference;

/// <summary>Size of an image before and after scaling. The factors of the two axes differ slightly, since each side is rounded by itself.</summary>
/// <param name="SourceWidth">Width of the original, upright image in pixels.</param>
/// <param name="SourceHeight">Height of the original, upright image in pixels.</param>
/// <param name="Width">Width of the network's input in pixels, without padding.</param>
/// <param name="Height">Height of the network's input in pixels, without padding.</param>
public readonly record struct ImageGeometry(int SourceWidth, int SourceHeight, int Width, int Height)
{
    /// <summary>Maps a box of the scaled image to the original, as torchvision does.</summary>
    /// <param name="box">A box in pixels of the scaled image.</param>
    public Box ToSource(Box box) => box.Scale(SourceWidth / (float)Width, SourceHeight / (float)Height);

    /// <summary>Maps a box of the original to the scaled image.</summary>
    /// <param name="box">A box in pixels of the original.</param>
    public Box FromSource(Box box) => box.Scale(Width / (float)SourceWidth, Height / (float)SourceHeight);
}
