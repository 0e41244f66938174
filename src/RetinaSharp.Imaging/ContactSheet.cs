using RetinaSharp.Imaging.Drawing;
using SkiaSharp;

namespace RetinaSharp.Imaging;

/// <summary>Arranges images in a grid, with captions, a title and a legend of colors.</summary>
public static class ContactSheet
{
    /// <summary>Creates a sheet.</summary>
    /// <param name="title">Title at the top; empty for none.</param>
    /// <param name="images">The images, row by row; at least one.</param>
    /// <param name="columns">Number of images per row, at least 1.</param>
    /// <param name="cellSide">Maximum width and height of an image on the sheet in pixels, at least 16.</param>
    /// <param name="legend">Entries of the legend, which wrap to several rows if needed; null or empty for no legend.</param>
    /// <exception cref="ArgumentException">There are no images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="ImageException">The sheet is too large.</exception>
    /// <exception cref="ImagingUnavailableException">Skia cannot be loaded.</exception>
    public static unsafe Image Create(string title, IReadOnlyList<SheetImage> images, int columns, int cellSide, IReadOnlyList<SheetLegend>? legend = null)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cellSide, 16);
        if (images.Count == 0)
            throw new ArgumentException("a sheet needs an image", nameof(images));
        Skia.EnsureLoaded();
        using var painter = new SheetPainter(title, images, columns, cellSide, legend ?? []);
        using var pixels = new RgbaPixels(painter.Width, painter.Height);
        fixed (byte* rgba = pixels.Bytes)
        {
            using var surface = SKSurface.Create(new SKImageInfo(painter.Width, painter.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)rgba, painter.Width * RgbaPixels.BytesPerPixel)
                ?? throw new ImageException("", $"of {painter.Width} x {painter.Height} pixels is too large to draw on");
            painter.Draw(surface.Canvas);
        }

        var result = new byte[painter.Width * painter.Height * 3];
        pixels.CopyTo(result);
        return new(painter.Width, painter.Height, result);
    }
}
