using RetinaSharp.Imaging.Native;

namespace RetinaSharp.Imaging;

public sealed partial class Image
{
    /// <summary>Encodes the image as a file in memory.</summary>
    /// <param name="format">The format.</param>
    /// <param name="quality">1 (smallest) to 100 (best), for JPEG and WebP; PNG loses nothing and does not use it.</param>
    /// <exception cref="ImageException">The format cannot hold the image, such as a side too long.</exception>
    /// <exception cref="VisionUnavailableException">The native library cannot be loaded.</exception>
    public unsafe byte[] Encode(ImageEncoding format, int quality = 95)
    {
        if (!Enum.IsDefined(format))
            throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format");
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);

        EncodedBytesHandle handle;
        int status;
        long size;
        fixed (byte* rgb = _pixels)
            status = NativeMethods.Encode(rgb, Width, Height, Stride, (int)format, quality, out handle, out size);
        using (handle)
        {
            NativeStatus.Check(status, "");
            var bytes = new byte[size];
            fixed (byte* target = bytes)
                NativeStatus.Check(NativeMethods.BytesCopy(handle, target), "");
            return bytes;
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
