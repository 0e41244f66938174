using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RetinaSharp.Imaging;

/// <summary>
/// RGBA pixels in pooled memory, with contiguous rows: the output of decoders and the input of encoders. They have an alpha channel because
/// Skia has no 24-bit pixel format.
/// </summary>
internal sealed class RgbaPixels : IDisposable
{
    /// <summary>Bytes per pixel.</summary>
    public const int BytesPerPixel = 4;

    private int[]? _raster;

    /// <summary>Rents memory for an image. The pixels are not initialized.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <exception cref="ImageException">The pixels do not fit in one array.</exception>
    public RgbaPixels(int width, int height)
    {
        if ((long)width * height * BytesPerPixel > Array.MaxLength)
            throw new ImageException("", $"has {width} x {height} pixels, which do not fit in one array");
        (Width, Height) = (width, height);
        _raster = ArrayPool<int>.Shared.Rent(width * height);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The pixels [height, width, 4].</summary>
    public Span<byte> Bytes => MemoryMarshal.AsBytes(Raster.AsSpan(0, Width * Height));

    /// <summary>The memory of the pixels, an element for each. It may be longer.</summary>
    public int[] Raster => _raster ?? throw new ObjectDisposedException(nameof(RgbaPixels));

    /// <summary>Converts RGB pixels to opaque RGBA.</summary>
    public static RgbaPixels FromRgb(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var result = new RgbaPixels(width, height);
        var rgba = result.Bytes;
        var opaque = Vector128.Create(0xFF000000u).AsByte();
        // A load reads four bytes beyond four pixels.
        for (; rgb.Length >= Vector128<byte>.Count; rgb = rgb[12..], rgba = rgba[16..])
            (Vector128.Shuffle(Vector128.Create(rgb), Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255)) | opaque).CopyTo(rgba);
        for (; rgb.Length > 0; rgb = rgb[3..], rgba = rgba[4..])
            (rgba[0], rgba[1], rgba[2], rgba[3]) = (rgb[0], rgb[1], rgb[2], 255);
        return result;
    }

    /// <summary>Converts the pixels to RGB: copies the colors and drops the alpha channel.</summary>
    /// <param name="rgb">Receives the pixels [height, width, 3].</param>
    public void CopyTo(Span<byte> rgb)
    {
        ReadOnlySpan<byte> rgba = Bytes;
        // A store writes four bytes beyond four pixels; the next store overwrites them.
        for (; rgb.Length >= Vector128<byte>.Count; rgb = rgb[12..], rgba = rgba[16..])
            Vector128.Shuffle(Vector128.Create(rgba), Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255)).CopyTo(rgb);
        for (; rgb.Length > 0; rgb = rgb[3..], rgba = rgba[4..])
            (rgb[0], rgb[1], rgb[2]) = (rgba[0], rgba[1], rgba[2]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_raster is not null)
            ArrayPool<int>.Shared.Return(_raster);
        _raster = null;
    }
}
