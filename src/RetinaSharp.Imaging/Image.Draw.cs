using RetinaSharp.Imaging.Drawing;
using SkiaSharp;

namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>
    /// Returns a copy of the image with boxes and their labels drawn on it. Line width and text size are proportional to the image size.
    /// Boxes are clipped to the image. Labels lie within the image and never overlap each other: above their box if there is space,
    /// otherwise where they hide the least of the boxes. A label for which the image has no free space is omitted.
    /// </summary>
    /// <param name="boxes">
    /// The boxes by descending importance, such as the score: the first one is drawn on top of the others, and its label is positioned
    /// first. Coordinates must be finite, color indices 0 or more.
    /// </param>
    /// <exception cref="ArgumentException">A coordinate is not finite, or a color index is negative.</exception>
    /// <exception cref="ImageException">The image is too large to draw on.</exception>
    public Image Draw(IReadOnlyList<BoxLabel> boxes) => Draw(boxes, null);

    /// <summary>Returns a copy of the image with boxes and their labels drawn on it, with lines of a given width; see <see cref="Draw(IReadOnlyList{BoxLabel})"/>.</summary>
    /// <param name="boxes">The boxes by descending importance.</param>
    /// <param name="lineWidth">Width of lines in pixels, at least 1.</param>
    /// <exception cref="ArgumentException">A coordinate is not finite, or a color index is negative.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lineWidth"/> is below 1.</exception>
    /// <exception cref="ImageException">The image is too large to draw on.</exception>
    public Image Draw(IReadOnlyList<BoxLabel> boxes, int lineWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lineWidth, 1);
        return Draw(boxes, (int?)lineWidth);
    }

    private unsafe Image Draw(IReadOnlyList<BoxLabel> boxes, int? lineWidth)
    {
        ArgumentNullException.ThrowIfNull(boxes);
        for (var i = 0; i < boxes.Count; i++)
        {
            if (!float.IsFinite(boxes[i].X1) || !float.IsFinite(boxes[i].Y1) || !float.IsFinite(boxes[i].X2) || !float.IsFinite(boxes[i].Y2))
                throw new ArgumentException($"box {i} is not finite: {boxes[i]}", nameof(boxes));
            if (boxes[i].ColorIndex < 0)
                throw new ArgumentException($"the color index of box {i} is negative: {boxes[i]}", nameof(boxes));
        }

        Skia.EnsureLoaded();
        using var pixels = RgbaPixels.FromRgb(_pixels, Width, Height);
        fixed (byte* rgba = pixels.Bytes)
        {
            using var surface = SKSurface.Create(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)rgba, Width * RgbaPixels.BytesPerPixel)
                ?? throw new ImageException("", $"of {Width} x {Height} pixels is too large to draw on");
            using var painter = new BoxPainter(surface.Canvas, Width, Height, lineWidth);
            painter.Draw(boxes);
        }

        var result = new Image(Width, Height, NewPixels(Width, Height));
        pixels.CopyTo(result._pixels);
        return result;
    }
}
