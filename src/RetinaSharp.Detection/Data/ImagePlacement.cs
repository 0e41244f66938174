using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Where an image lies in a training sample: its geometric transform, applied to pixels and boxes alike, and the rectangle that it is clipped to. Steps in
/// order: scaling; transposition, horizontal and vertical flip (combined, they give all rotations by multiples of 90°); translation; clipping.
/// </summary>
internal readonly record struct ImagePlacement
{
    /// <summary>Width of the original image in pixels.</summary>
    public required int SourceWidth { get; init; }

    /// <summary>Height of the original image in pixels.</summary>
    public required int SourceHeight { get; init; }

    /// <summary>Width of the whole image in pixels after scaling, before transposition.</summary>
    public required int ScaledWidth { get; init; }

    /// <summary>Height of the whole image in pixels after scaling, before transposition.</summary>
    public required int ScaledHeight { get; init; }

    /// <summary>Whether the x and y axes of the image are swapped.</summary>
    public bool Transpose { get; init; }

    /// <summary>Whether the image is flipped horizontally, after <see cref="Transpose"/>.</summary>
    public bool FlipX { get; init; }

    /// <summary>Whether the image is flipped vertically, after <see cref="Transpose"/>.</summary>
    public bool FlipY { get; init; }

    /// <summary>X coordinate of the image's left edge in the sample, in pixels, after scaling and flips. Negative if it is outside of the sample.</summary>
    public int OffsetX { get; init; }

    /// <summary>Y coordinate of the image's top edge in the sample, in pixels, after scaling and flips. Negative if it is outside of the sample.</summary>
    public int OffsetY { get; init; }

    /// <summary>The rectangle of the sample that the image is clipped to.</summary>
    public required PixelRect Clip { get; init; }

    /// <summary>Width of the whole image in pixels after scaling and transposition.</summary>
    public int TransposedWidth => Transpose ? ScaledHeight : ScaledWidth;

    /// <summary>Height of the whole image in pixels after scaling and transposition.</summary>
    public int TransposedHeight => Transpose ? ScaledWidth : ScaledHeight;

    /// <summary>The rectangle of the sample that the whole image would cover without clipping.</summary>
    public PixelRect Extent => new(OffsetX, OffsetY, OffsetX + TransposedWidth, OffsetY + TransposedHeight);

    /// <summary>The rectangle of the sample that the image covers. It is never empty.</summary>
    public PixelRect Visible => Clip.Intersect(Extent);

    /// <summary>The part of the scaled image that is visible, in pixels of the scaled image before transposition and flips.</summary>
    public PixelRect Window
    {
        get
        {
            var (left, top, right, bottom) = Visible.Move(-OffsetX, -OffsetY);
            if (FlipX)
                (left, right) = (TransposedWidth - right, TransposedWidth - left);
            if (FlipY)
                (top, bottom) = (TransposedHeight - bottom, TransposedHeight - top);
            return Transpose ? new(top, left, bottom, right) : new(left, top, right, bottom);
        }
    }

    /// <summary>Maps a box from pixels of the original image to pixels of the sample, without clipping it.</summary>
    public Box Apply(Box box)
    {
        var (x1, y1, x2, y2) = box.Scale(ScaledWidth / (float)SourceWidth, ScaledHeight / (float)SourceHeight);
        if (Transpose)
            (x1, y1, x2, y2) = (y1, x1, y2, x2);
        if (FlipX)
            (x1, x2) = (TransposedWidth - x2, TransposedWidth - x1);
        if (FlipY)
            (y1, y2) = (TransposedHeight - y2, TransposedHeight - y1);
        return new(x1 + OffsetX, y1 + OffsetY, x2 + OffsetX, y2 + OffsetY);
    }

    /// <summary>Returns the placement with the image, its clip rectangle included, moved to the right and downwards.</summary>
    public ImagePlacement Move(int x, int y) => this with { OffsetX = OffsetX + x, OffsetY = OffsetY + y, Clip = Clip.Move(x, y) };
}
