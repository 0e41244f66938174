using System.Runtime.InteropServices;

namespace RetinaSharp.Imaging;

/// <summary>Flips RGB pixels in place.</summary>
public static class PixelFlip
{
    /// <summary>Flips an image horizontally: column x becomes column width − 1 − x.</summary>
    /// <param name="pixels">The RGB pixels, starting at the first byte of the first row.</param>
    /// <param name="stride">Number of bytes from one row to the next, at least 3 · width.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public static void Horizontal(Span<byte> pixels, int stride, int width, int height)
    {
        PixelRows.Check(pixels, stride, width, height);
        for (var y = 0; y < height; y++)
            MemoryMarshal.Cast<byte, Rgb>(pixels.Slice(y * stride, 3 * width)).Reverse();
    }

    /// <summary>Flips an image vertically: row y becomes row height − 1 − y.</summary>
    /// <param name="pixels">The RGB pixels, starting at the first byte of the first row.</param>
    /// <param name="stride">Number of bytes from one row to the next, at least 3 · width.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public static void Vertical(Span<byte> pixels, int stride, int width, int height)
    {
        PixelRows.Check(pixels, stride, width, height);
        var row = new byte[3 * width];
        for (int top = 0, bottom = height - 1; top < bottom; top++, bottom--)
        {
            var upper = pixels.Slice(top * stride, row.Length);
            var lower = pixels.Slice(bottom * stride, row.Length);
            upper.CopyTo(row);
            lower.CopyTo(upper);
            row.CopyTo(lower);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct Rgb(byte R, byte G, byte B);
}
