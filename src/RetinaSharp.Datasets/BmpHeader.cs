namespace RetinaSharp.Datasets;

/// <summary>Windows bitmap: the first fields of the DIB header, old (12 bytes) or new.</summary>
internal static class BmpHeader
{
    private const int OldHeader = 12;

    public static ImageHeader Read(HeaderReader reader)
    {
        reader.Skip(14);
        if (reader.UInt32(littleEndian: true) == OldHeader)
            return new(ImageFormat.Bmp, reader.UInt16(littleEndian: true), reader.UInt16(littleEndian: true), 1);
        var width = (int)reader.UInt32(littleEndian: true);
        var height = (int)reader.UInt32(littleEndian: true);

        // A negative height means rows from the top down; int.MinValue stays negative and is refused by the caller.
        return new(ImageFormat.Bmp, width, height < 0 ? unchecked(-height) : height, 1);
    }
}
