namespace RetinaSharp.Imaging.Decoding;

/// <summary>
/// Reads size, EXIF orientation and completeness of a JPEG file from its markers (ITU-T T.81, annex B), which it finds in the same way as
/// libjpeg.
/// </summary>
internal static class JpegScan
{
    // Limit of progressive scans. An encoder writes about ten. Decoding takes a pass over all pixels for each scan, and a file of a few KB
    // can have thousands.
    private const int MaxScans = 500;

    private const int EndOfImage = 0xD9, StartOfScan = 0xDA, App1 = 0xE1;

    public static ImageScan Read(FileBytes file)
    {
        var (width, height, orientation, scans, hasEnd) = Markers(file);
        return new(ImageFormat.Jpeg, width, height, orientation, hasEnd ? ExcessOf(scans) : "is truncated: the JPEG data has no end marker");
    }

    /// <summary>
    /// Returns what would make decoding JPEG data inside of another format take too long, phrased to follow the file name; null if nothing was
    /// found. The end marker may be missing.
    /// </summary>
    public static string? Defect(FileBytes data) => ExcessOf(Markers(data).Scans);

    private static string? ExcessOf(int scans) => scans > MaxScans ? $"has {scans} scans, more than the limit of {MaxScans}" : null;

    private static (ulong Width, ulong Height, int Orientation, int Scans, bool HasEnd) Markers(FileBytes file)
    {
        ulong width = 0, height = 0;
        var (orientation, scans, hasEnd) = (0, 0, false);
        for (var (code, body) = Next(file, 2); code != 0;)
        {
            var next = HasNoBody(code) ? body : body + (int)Math.Max(2, file.BigEndian(body, 2));
            if (code == EndOfImage)
            {
                hasEnd = true;
                break;
            }

            if (code == StartOfScan)
                scans++;
            else if (IsFrame(code) && width == 0 && scans == 0)
                (height, width) = (file.BigEndian(body + 3, 2), file.BigEndian(body + 5, 2));
            else if (code == App1 && orientation == 0 && file.Has(body + 2, "Exif\0\0"u8))
                orientation = TiffDirectory.Orientation(file.Slice(body + 8, (ulong)Math.Max(0, next - body - 8)));
            // In corrupt scan data, bytes may look like a marker: accepts only a segment that fits in the file.
            if (next > file.Length && scans > 0)
                next = body;
            (code, body) = Next(file, next);
        }

        return (width, height, Math.Max(orientation, 1), scans, hasEnd);
    }

    // Returns the code and the end of the next marker. Skips bytes before an FF, fill bytes and stuffed zeros. Returns code 0 at the end of
    // the file.
    private static (int Code, int Body) Next(FileBytes file, int at)
    {
        while (true)
        {
            at = file.Find(at, 0xFF);
            while (at < file.Length && file[at] == 0xFF)
                at++;
            if (at >= file.Length)
                return (0, at);
            var code = file[at++];
            if (code != 0)
                return (code, at);
        }
    }

    private static bool HasNoBody(int code) => code is 0x01 or (>= 0xD0 and <= 0xD8);

    private static bool IsFrame(int code) => code is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
