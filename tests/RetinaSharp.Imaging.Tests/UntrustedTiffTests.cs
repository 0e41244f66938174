using RetinaSharp.Imaging.Decoding;

namespace RetinaSharp.Imaging.Tests;

/// <summary>TIFF files that are made to exhaust CPU or memory.</summary>
public sealed class UntrustedTiffTests
{
    // Position of the data in the files that Tiff makes.
    private const int DataAt = 8;

    [Fact]
    public void Decode_TiffTilesThatShareTheWholeFile_Throws()
    {
        var data = new byte[1000];

        // Without the limit, LibTiff.NET decodes the file, and copies the data once for each of 16 tiles.
        var bytes = TiffOfTiles(data, 16, data.Length);

        Assert.Contains("sizes of its strips or tiles are 16000 bytes together", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Fact]
    public void Decode_TiffTilesThatShareTheirData_Decodes()
    {
        var data = new byte[256];
        Array.Fill(data, (byte)7);

        var image = Image.Decode(TiffOfTiles(data, 4, data.Length));

        Assert.Equal((32, 32), (image.Width, image.Height));
        Assert.All(image.Pixels.ToArray(), value => Assert.Equal(7, value));
    }

    [Theory]
    [InlineData("size")]
    [InlineData("zero")]
    [InlineData("none")]
    public void Decode_TiffWithThousandsOfJpegScans_Throws(string kindOfSize)
    {
        var jpeg = GoldenImages.Bytes("progressive.jpg");
        var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        // LibTiff.NET estimates a size that is missing or zero, and adds an end marker.
        byte[] data = [.. jpeg[..scan], .. Enumerable.Repeat(jpeg[scan..^2], 501).SelectMany(part => part)];

        var bytes = kindOfSize == "none"
            ? TiffOfStrip(data, 20, 12, (258, 3, [8]), (259, 3, [7]), (262, 3, [6]), (273, 4, [DataAt]), (277, 3, [3]))
            : TiffOfStrip(data, 20, 12, (258, 3, [8]), (259, 3, [7]), (262, 3, [6]), (273, 4, [DataAt]), (277, 3, [3]), (279, 4, [kindOfSize == "zero" ? 0 : data.Length]));

        Assert.Contains("scans, more than the limit of 500", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Fact]
    public void Read_TiffWithJpegWithoutEndMarker_FindsNoDefect()
    {
        var data = GoldenImages.Bytes("rgb.jpg")[..^2];

        var scan = ImageScan.Read(TiffOfStrip(data, 20, 12, (258, 3, [8]), (259, 3, [7]), (262, 3, [6]), (273, 4, [DataAt]), (277, 3, [3]), (279, 4, [data.Length])));

        Assert.Equal((20ul, 12ul), (scan.Width, scan.Height));
        Assert.Null(scan.Defect);
    }

    [Fact]
    public void Decode_TiffWithJpegAndTwoEntriesOfOffsets_Throws()
    {
        var data = GoldenImages.Bytes("rgb.jpg");

        var bytes = TiffOfStrip(data, 20, 12, (258, 3, [8]), (259, 3, [7]), (262, 3, [6]), (273, 4, [DataAt]), (273, 4, [DataAt]), (277, 3, [3]), (279, 4, [data.Length]));

        Assert.Contains("repeats the offsets or sizes", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Theory]
    [InlineData(6, 530)]
    [InlineData(7, 513)]
    public void Decode_TiffWithOldStyleJpeg_ThrowsWithRemedy(int compression, int tag)
    {
        // Tag 513 is the position of old-style JPEG data; 530 has the chroma subsampling, here 1 x 0.
        var bytes = TiffOfStrip(new byte[720], 20, 12, (258, 3, [8]), (259, 3, [compression]), (262, 3, [6]), (273, 4, [DataAt]), (277, 3, [3]), (279, 4, [720]), (tag, 3, [1]));

        Assert.Contains("convert it, for example to PNG or JPEG", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Fact]
    public void Decode_TiffWithManySamples_Throws()
    {
        var bytes = TiffOfStrip([0], 8191, 8193, (258, 3, [16]), (259, 3, [5]), (262, 3, [2]), (273, 4, [DataAt]), (277, 3, [16]), (279, 4, [1]));

        Assert.Contains("16 samples per pixel, more than the limit of 5", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Theory]
    [InlineData(10_000, 100_000_000, "1000000000 bytes when decoded, more than the limit of 800000000")]
    [InlineData(20_000, 1_000_000_000, "4000000000 bytes when decoded, more than the limit of 2147483584")]
    public void Decode_TiffWithHugeStrip_ThrowsBeforeDecoding(int side, long maxPixels, string expected)
    {
        var bytes = TiffOfStrip([0], side, side, (258, 3, [16]), (259, 3, [5]), (262, 3, [5]), (273, 4, [DataAt]), (277, 3, [5]), (279, 4, [1]));

        Assert.Contains(expected, Assert.Throws<ImageException>(() => Image.Decode(bytes, new ImageDecodeOptions { MaxPixels = maxPixels })).Message);
    }

    [Theory]
    [InlineData(32997, 2, "volume of depth 2")]
    [InlineData(32998, 1_000_000, "volume of depth 1000000")]
    [InlineData(530, 0x7FFF_7FFF, "chroma subsampling is 32767")]
    public void Decode_TiffWithValueThatMultipliesMemory_ThrowsBeforeDecoding(int tag, int value, string expected)
    {
        // The value of tag 530 is two 16-bit numbers.
        var bytes = TiffOfStrip(new byte[720], 20, 12, (258, 3, [8]), (259, 3, [1]), (262, 3, [2]), (273, 4, [DataAt]), (277, 3, [3]), (279, 4, [720]), (tag, tag == 530 ? 3 : 4, [value]));

        Assert.Contains(expected, Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Fact]
    public void Decode_TiffThatNeedsMoreThanAnArray_ThrowsImageException()
    {
        // A tile of 1 x 1 pixels and the greatest depth, which Scan refuses, needs an array that is too long on every machine.
        var bytes = Tiff(
            [0], (256, 4, [1]), (257, 4, [1]), (258, 3, [8]), (259, 3, [1]), (262, 3, [1]), (322, 4, [1]), (323, 4, [1]), (324, 4, [DataAt]), (325, 4, [1]), (32998, 4, [int.MaxValue]));

        var e = Assert.Throws<ImageException>(() => TiffDecoder.Decode(bytes, new ImageScan(ImageFormat.Tiff, 1, 1)));

        Assert.Contains("needs more memory to decode than there is", e.Message);
    }

    // A file of gray tiles, 16 x 16 pixels each, which all have the same data.
    private static byte[] TiffOfTiles(byte[] data, int tiles, int size)
    {
        var side = 16 * (int)Math.Sqrt(tiles);
        var (offsets, sizes) = (Enumerable.Repeat(DataAt, tiles).ToArray(), Enumerable.Repeat(size, tiles).ToArray());
        return Tiff(
            data, (256, 4, [side]), (257, 4, [side]), (258, 3, [8]), (259, 3, [1]), (262, 3, [1]), (322, 4, [16]), (323, 4, [16]), (324, 4, offsets), (325, 4, sizes));
    }

    private static byte[] TiffOfStrip(byte[] data, int width, int height, params (int Tag, int Type, int[] Values)[] entries) =>
        Tiff(data, [(256, 4, [width]), (257, 4, [height]), .. entries]);

    // A little-endian file: the header, the data, the values of entries with several, which must be 32-bit, and the directory.
    private static byte[] Tiff(byte[] data, params (int Tag, int Type, int[] Values)[] entries)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("II*\0"u8);
        writer.Write(DataAt + data.Length + entries.Where(entry => entry.Values.Length > 1).Sum(entry => 4 * entry.Values.Length));
        writer.Write(data);
        foreach (var value in entries.Where(entry => entry.Values.Length > 1).SelectMany(entry => entry.Values))
            writer.Write(value);
        var values = DataAt + data.Length;
        writer.Write((short)entries.Length);
        foreach (var entry in entries)
        {
            writer.Write((ushort)entry.Tag);
            writer.Write((short)entry.Type);
            writer.Write(entry.Values.Length);
            writer.Write(entry.Values.Length == 1 ? entry.Values[0] : values);
            values += entry.Values.Length == 1 ? 0 : 4 * entry.Values.Length;
        }

        // There is no second image.
        writer.Write(0);
        return file.ToArray();
    }
}
