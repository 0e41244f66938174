namespace RetinaSharp.Datasets.Headers;

/// <summary>
/// Reads the image size from the IHDR chunk of a PNG file, and the EXIF orientation from an eXIf chunk that precedes the image data.
/// </summary>
internal static class PngHeader
{
    public static ImageHeader Read(HeaderReader reader)
    {
        reader.Skip(8);
        int width = 0, height = 0;
        while (true)
        {
            var length = reader.UInt32(littleEndian: false);
            var type = reader.Bytes(4);
            if (type.AsSpan().SequenceEqual("IHDR"u8) && width == 0)
            {
                width = Dimension(reader);
                height = Dimension(reader);
                reader.Skip(length - 8L + 4);
            }
            else if (width == 0)
            {
                throw reader.Corrupt("the first chunk is not IHDR");
            }
            else if (type.AsSpan().SequenceEqual("eXIf"u8))
            {
                return new(ImageFormat.Png, width, height, Exif.Orientation(reader.Bytes((int)Math.Min(length, int.MaxValue))) ?? 1);
            }
            else if (type.AsSpan().SequenceEqual("IDAT"u8) || type.AsSpan().SequenceEqual("IEND"u8))
            {
                return new(ImageFormat.Png, width, height, 1);
            }
            else
            {
                reader.Skip(length + 4L);
            }
        }
    }

    private static int Dimension(HeaderReader reader)
    {
        var value = reader.UInt32(littleEndian: false);
        return value is > 0 and <= int.MaxValue ? (int)value : throw reader.Corrupt($"a width or height of {value} pixels is invalid");
    }
}
