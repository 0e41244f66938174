using SkiaSharp;

namespace RetinaSharp.Imaging.Decoding;

/// <summary>Decodes JPEG, PNG, WebP and BMP with Skia (libjpeg-turbo, libpng, libwebp), without applying the EXIF orientation.</summary>
internal static class SkiaDecoder
{
    /// <summary>Decodes an image file to RGBA pixels.</summary>
    /// <param name="bytes">The complete file.</param>
    /// <param name="scan">The file's format and size; Skia must find the same format and no greater size.</param>
    /// <param name="reduction">
    /// 1, 2, 4 or 8: the width and height of a JPEG are divided by this number, rounded up, while decoding. Ignored for other formats.
    /// </param>
    /// <exception cref="ImageException">The image is corrupt, truncated, or of a kind that Skia cannot decode.</exception>
    public static unsafe RgbaPixels Decode(ReadOnlySpan<byte> bytes, ImageScan scan, int reduction)
    {
        Skia.EnsureLoaded();
        fixed (byte* pointer = bytes)
        {
            // SKData does not copy: it is disposed while the bytes are pinned.
            using var data = SKData.Create((nint)pointer, bytes.Length);
            using var codec = SKCodec.Create(data);
            if (codec is null || codec.EncodedFormat != Encoded(scan.Format))
                throw new ImageException("", "is corrupt, or of a kind that Skia cannot decode");
            scan.CheckDecoded(codec.Info.Width, codec.Info.Height);
            var size = scan.Format == ImageFormat.Jpeg && reduction > 1 ? codec.GetScaledDimensions(1f / reduction) : codec.Info.Size;
            var pixels = new RgbaPixels(size.Width, size.Height);
            try
            {
                // Without a color space no color conversion is done. Premultiplied alpha would lose the color of transparent pixels.
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
        SKCodecResult.IncompleteInput => "is truncated",
        SKCodecResult.Unimplemented or SKCodecResult.InvalidConversion => "is of a kind that Skia cannot decode",
        SKCodecResult.InternalError => "cannot be decoded: Skia gives no reason, perhaps there is not enough memory",
        _ => "is corrupt",
    };
}
