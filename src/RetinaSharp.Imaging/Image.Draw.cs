using RetinaSharp.Imaging.Drawing;
using SkiaSharp;

namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>
    /// Returns a copy of the image with boxes and labels drawn on it, in order. The line width increases with the image size. Boxes are
    /// clipped to the image, and labels are moved into it.
    /// </summary>
    /// <param name="boxes">The boxes, with finite coordinates and colors of 0 or more.</param>
    /// <exception cref="ArgumentException">A coordinate is not finite, or a color is negative.</exception>
    /// <exception cref="ImagingUnavailableException">Skia cannot be loaded.</exception>
    public unsafe Image Draw(IReadOnlyList<BoxLabel> boxes)
    {
        ArgumentNullException.ThrowIfNull(boxes);
        for (var i = 0; i < boxes.Count; i++)
        {
            if (!float.IsFinite(boxes[i].X1) || !float.IsFinite(boxes[i].Y1) || !float.IsFinite(boxes[i].X2) || !float.IsFinite(boxes[i].Y2))
                throw new ArgumentException($"box {i} is not finite: {boxes[i]}", nameof(boxes));
            if (boxes[i].Color < 0)
                throw new ArgumentException($"the color of box {i} is negative: {boxes[i]}", nameof(boxes));
        }

        Skia.EnsureLoaded();
        using var pixels = RgbaPixels.FromRgb(_pixels, Width, Height);
        fixed (byte* rgba = pixels.Bytes)
        {
            using var surface = SKSurface.Create(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)rgba, Width * RgbaPixels.Channels)
                ?? throw new ImageException("", $"of {Width} x {Height} pixels is too large to draw on");
            using var painter = new BoxPainter(surface.Canvas, Width, Height);
            foreach (var box in boxes)
                painter.Draw(box with { Text = box.Text ?? "" });
        }

        var result = new Image(Width, Height, NewPixels(Width, Height));
        pixels.CopyTo(result._pixels);
        return result;
    }
}
