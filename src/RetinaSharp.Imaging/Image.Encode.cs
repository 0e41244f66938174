using SkiaSharp;

namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>Encodes the image as a file in memory.</summary>
    /// <param name="format">The format.</param>
    /// <param name="quality">1 (smallest) to 100 (best), for JPEG and WebP; PNG loses nothing and does not use it.</param>
    /// <exception cref="ImageException">The format cannot hold the image, such as a side too long.</exception>
    /// <exception cref="ImagingUnavailableException">Skia cannot be loaded.</exception>
    public unsafe byte[] Encode(ImageEncoding format, int quality = 95)
    {
        if (!Enum.IsDefined(format))
            throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format");
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);

        Skia.EnsureLoaded();
        using var pixels = RgbaPixels.FromRgb(_pixels, Width, Height);
        fixed (byte* rgba = pixels.Bytes)
        {
            using var view = new SKPixmap(new(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)rgba);
            using var data = format switch
            {
                ImageEncoding.Jpeg => view.Encode(new SKJpegEncoderOptions(quality)),
                // One filter and little effort: a seventh of the time of the defaults, for files a little larger.
                ImageEncoding.Png => view.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Up, 1)),
                _ => view.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality)),
            };
            return data?.ToArray() ?? throw new ImageException("", $"of {Width} x {Height} pixels cannot be encoded as {format}");
        }
    }

    /// <summary>
    /// Writes the image to a file, in the format of its extension: .jpg, .jpeg, .png or .webp. The file is written beside
    /// its place and then renamed, so nobody ever sees half of it.
    /// </summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="quality">As for <see cref="Encode"/>.</param>
    /// <exception cref="ArgumentException">The extension is none of these.</exception>
    /// <exception cref="ImageException">The format cannot hold the image, or the file cannot be written.</exception>
    public void Save(string path, int quality = 95)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var format = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jpg" or ".jpeg" => ImageEncoding.Jpeg,
            ".png" => ImageEncoding.Png,
            ".webp" => ImageEncoding.WebP,
            _ => throw new ArgumentException($"{path}: images are written as .jpg, .jpeg, .png or .webp", nameof(path)),
        };
        var bytes = Encode(format, quality);
        var beside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(beside, bytes);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(beside))
                File.Delete(beside);
            throw new ImageException(path, $"cannot be written: {e.Message}", e);
        }
    }
}
