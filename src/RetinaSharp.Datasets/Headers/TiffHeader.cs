namespace RetinaSharp.Datasets.Headers;

/// <summary>Reads image size and orientation from the first image file directory (IFD) of a TIFF file.</summary>
internal static class TiffHeader
{
    private const int WidthTag = 256, HeightTag = 257, OrientationTag = 274;

    public static ImageHeader Read(HeaderReader reader)
    {
        var littleEndian = reader.Byte() == (byte)'I';
        reader.Seek(4);
        reader.Seek(reader.UInt32(littleEndian));
        var directory = new TiffDirectory(reader.Bytes(12 * reader.UInt16(littleEndian)), littleEndian);
        return new(ImageFormat.Tiff, Dimension(directory.Find(WidthTag)), Dimension(directory.Find(HeightTag)), Exif.Valid(directory.Find(OrientationTag)));
    }

    // The caller rejects 0.
    private static int Dimension(uint? value) => value is <= int.MaxValue ? (int)value.Value : 0;
}
