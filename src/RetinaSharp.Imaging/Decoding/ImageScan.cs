namespace RetinaSharp.Imaging.Decoding;

/// <summary>
/// Properties of an image, read from the headers and markers of its file. Reading them decodes no pixels, allocates no memory and never
/// reads beyond the end of the file.
/// </summary>
/// <param name="Format">The format, detected from the first bytes.</param>
/// <param name="Width">
/// Width in pixels before EXIF orientation; 0 if the header does not give it. If the tiles of a TIFF file are wider than the image, this is
/// the width of a tile, because the decoder allocates whole tiles.
/// </param>
/// <param name="Height">Height in pixels before EXIF orientation, or of a tile, as for <paramref name="Width"/>.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 if there is none.</param>
/// <param name="Defect">
/// What is corrupt or truncated, phrased to follow the file name; null if nothing was found. It covers errors that decoders do not always
/// detect.
/// </param>
/// <param name="SegmentBytes">Size of the decoded strip or tile that the decoder of TIFF files holds; 0 for other formats.</param>
internal readonly record struct ImageScan(
    ImageFormat Format, ulong Width = 0, ulong Height = 0, int Orientation = 1, string? Defect = null, ulong SegmentBytes = 0)
{
    /// <summary>
    /// Refuses an image whose decoder finds a greater size than <see cref="Width"/> x <see cref="Height"/>, on which the limit of pixels was
    /// checked.
    /// </summary>
    /// <param name="width">Width that the decoder finds.</param>
    /// <param name="height">Height that the decoder finds.</param>
    /// <exception cref="ImageException">The decoder's size is greater.</exception>
    public void CheckDecoded(int width, int height)
    {
        // Negative sizes become huge, and so are refused.
        if ((uint)width > Width || (uint)height > Height)
            throw new ImageException("", $"is corrupt: its decoder finds {width} x {height} pixels, more than the {Width} x {Height} of its header");
    }

    /// <summary>
    /// Detects the format of a file and reads the image's properties; returns <c>default</c> (unknown format) if it is not a supported
    /// image.
    /// </summary>
    public static ImageScan Read(ReadOnlySpan<byte> bytes)
    {
        var file = new FileBytes(bytes);
        if (file.Has(0, [0xFF, 0xD8, 0xFF]))
            return JpegScan.Read(file);
        if (file.Has(0, [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return Png(file);
        if (file.Has(0, "RIFF"u8) && file.Has(8, "WEBP"u8))
            return WebP(file);
        if (file.Has(0, "BM"u8))
            return Bmp(file);
        return TiffDirectory.IsAt(file) ? TiffDirectory.Scan(file) : default;
    }

    private static ImageScan Png(FileBytes file)
    {
        var isHeader = file.Has(12, "IHDR"u8);
        var (hasEnd, orientation) = (false, 1);
        // A chunk has length, type, data and checksum.
        for (var chunk = 8L; chunk + 12 <= file.Length && !hasEnd; chunk += 12 + (long)file.BigEndian(chunk, 4))
        {
            hasEnd = file.Has(chunk + 4, "IEND"u8);
            if (file.Has(chunk + 4, "eXIf"u8))
                orientation = TiffDirectory.Orientation(file.Slice(chunk + 8, file.BigEndian(chunk, 4)));
        }

        return new(
            ImageFormat.Png, isHeader ? file.BigEndian(16, 4) : 0, isHeader ? file.BigEndian(20, 4) : 0, orientation,
            hasEnd ? null : "is truncated: the PNG data has no IEND chunk");
    }

    private static ImageScan Bmp(FileBytes file)
    {
        var header = file.LittleEndian(14, 4);
        if (header == 12)
            return new(ImageFormat.Bmp, file.LittleEndian(18, 2), file.LittleEndian(20, 2));
        if (header < 16)
            return new(ImageFormat.Bmp);
        // A negative height means top-down rows.
        var (width, height) = ((int)file.LittleEndian(18, 4), (long)(int)file.LittleEndian(22, 4));
        return new(ImageFormat.Bmp, (ulong)Math.Max(width, 0), (ulong)Math.Abs(height));
    }

    private static ImageScan WebP(FileBytes file)
    {
        var defect = file.LittleEndian(4, 4) + 8 > (ulong)file.Length ? "is truncated: the WebP file is shorter than its header says" : null;
        if (file.Has(12, "VP8X"u8))
        {
            var hasExif = (file[20] & 8) != 0;
            return new(ImageFormat.WebP, file.LittleEndian(24, 3) + 1, file.LittleEndian(27, 3) + 1, hasExif ? WebPOrientation(file) : 1, defect);
        }

        if (file.Has(12, "VP8L"u8) && file[20] == 0x2F)
        {
            var bits = file.LittleEndian(21, 4);
            return new(ImageFormat.WebP, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 1, defect);
        }

        return file.Has(12, "VP8 "u8) && file.Has(23, [0x9D, 0x01, 0x2A])
            ? new(ImageFormat.WebP, file.LittleEndian(26, 2) & 0x3FFF, file.LittleEndian(28, 2) & 0x3FFF, 1, defect)
            : new(ImageFormat.WebP);
    }

    private static int WebPOrientation(FileBytes file)
    {
        // Chunks are padded to an even length.
        for (var chunk = 12L; chunk < file.Length; chunk += 8 + (((long)file.LittleEndian(chunk + 4, 4) + 1) / 2 * 2))
        {
            if (!file.Has(chunk, "EXIF"u8))
                continue;
            var prefix = file.Has(chunk + 8, "Exif"u8) ? 6 : 0;
            return TiffDirectory.Orientation(file.Slice(chunk + 8 + prefix, file.LittleEndian(chunk + 4, 4)));
        }

        return 1;
    }
}
