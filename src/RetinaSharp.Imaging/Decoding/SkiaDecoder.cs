using SkiaSharp;

namespace RetinaSharp.Imaging.Decoding;

/// <summary>Decodes JPEG, PNG, WebP and BMP by Skia, which has libjpeg-turbo, libpng and libwebp in it. As stored: it turns nothing.</summary>
internal static class SkiaDecoder
{
    /// <summary>Decodes a file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="format">What it is by its first bytes; Skia has to agree.</param>
    /// <param name="reduction">1, 2, 4 or 8; a JPEG is decoded to that fraction of each side, rounded up.</param>
    /// <exception cref="ImageException">It is damaged, cut off, or of a kind that Skia cannot decode.</exception>
    public static unsafe RgbaPixels Decode(ReadOnlySpan<byte> bytes, ImageFormat format, int reduction)
    {
        Skia.EnsureLoaded();
        fixed (byte* pointer = bytes)
        {
            // It copies nothing: both are disposed while the bytes are pinned.
            using var data = SKData.Create((nint)pointer, bytes.Length);
            using var codec = SKCodec.Create(data);
            if (codec is null || codec.EncodedFormat != Encoded(format))
                throw new ImageException("", "is damaged, or of a kind that Skia cannot decode");
            var size = format == ImageFormat.Jpeg && reduction > 1 ? codec.GetScaledDimensions(1f / reduction) : codec.Info.Size;
            var pixels = new RgbaPixels(size.Width, size.Height);
            try
            {
                // Without a color space nothing is converted to one. Premultiplied, transparent pixels would lose their color.
                var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
                SKCodecResult result;
                fixed (byte* rgba = pixels.Bytes)
                    result = codec.GetPixels(new(size.Width, size.Height, SKColorType.Rgba8888, alpha), (nint)rgba);
                if (result != SKCodecResult.Success)
                    throw new ImageException("", Reason(result));
                return pixels;
            }
            catch
            {
                pixels.Dispose();
                throw;
            }
        }
    }

    private static SKEncodedImageFormat Encoded(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => SKEncodedImageFormat.Jpeg,
        ImageFormat.Png => SKEncodedImageFormat.Png,
        ImageFormat.WebP => SKEncodedImageFormat.Webp,
        _ => SKEncodedImageFormat.Bmp,
    };

    private static string Reason(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "is cut off",
        SKCodecResult.Unimplemented or SKCodecResult.InvalidConversion => "is of a kind that Skia cannot decode",
        SKCodecResult.InternalError => "cannot be decoded: Skia says so without a reason, perhaps for want of memory",
        _ => "is damaged",
    };
}
