namespace RetinaSharp.Datasets.Headers;

/// <summary>Reads the image size from the DIB header of a BMP file: the 12-byte BITMAPCOREHEADER, or a newer, longer header.</summary>
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

        // A negative height means top-down rows. int.MinValue stays negative and is rejected by the caller.
        return new(ImageFormat.Bmp, width, height < 0 ? unchecked(-height) : height, 1);
    }
}
