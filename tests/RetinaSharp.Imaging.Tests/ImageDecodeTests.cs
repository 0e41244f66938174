using System.Buffers.Binary;
using System.IO.Pipes;
using RetinaSharp.Imaging.Decoding;

namespace RetinaSharp.Imaging.Tests;

public class ImageDecodeTests
{
    public static TheoryData<string> GoldenNames => [.. GoldenImages.Names];

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Load_EveryKindOfFile_MatchesPillow(string name)
    {
        var image = Image.Load(GoldenImages.PathOf(name));

        // Decoders of lossy formats may round differently, as may conversions from CMYK.
        var tolerance = name.EndsWith(".jpg") || name == "lossy.webp" ? 3 : 0;
        Assert.InRange(GoldenImages.Difference(GoldenImages.Pixels(name), image), 0, tolerance);
    }

    [Fact]
    public void Load_Stream_ReadsFromCurrentPosition()
    {
        using var stream = new MemoryStream([1, 2, 3, .. GoldenImages.Bytes("rgb.png")]) { Position = 3 };

        Assert.Equal(0, GoldenImages.Difference(GoldenImages.Pixels("rgb.png"), Image.Load(stream)));
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void Load_StreamWithoutImage_ThrowsWithName()
    {
        Assert.Equal("the stream", Assert.Throws<ImageException>(() => Image.Load(new MemoryStream([1, 2, 3]))).File);
        Assert.StartsWith("the stream: ", Assert.Throws<ImageException>(() => Image.Load(Stream.Null)).Message);
    }

    [Fact]
    public void Load_StreamWithAName_ReadsFromItsPositionAndNamesTheImage()
    {
        var bytes = File.ReadAllBytes(GoldenImages.PathOf("rgb.png"));
        using var inside = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };

        Assert.Equal(0, GoldenImages.Difference(GoldenImages.Pixels("rgb.png"), Image.Load(inside, "shard/rgb.png")));

        var error = Assert.Throws<ImageException>(() => Image.Load(new MemoryStream(bytes[..20]), "shard/rgb.png"));
        Assert.Equal("shard/rgb.png", error.File);
        Assert.Equal("shard/rgb.png: is empty", Assert.Throws<ImageException>(() => Image.Load(inside, "shard/rgb.png")).Message);
    }

    [Fact]
    public void Load_OrientationFive_SwapsWidthAndHeight()
    {
        var image = Image.Load(GoldenImages.PathOf("orientation_5.jpg"));

        Assert.Equal((12, 20), (image.Width, image.Height));
    }

    [Theory]
    [InlineData("rgb.jpg", 10, 6)]
    [InlineData("rgb.jpg", 5, 3)]
    [InlineData("gray.jpg", 5, 3)]
    [InlineData("orientation_6.jpg", 3, 5)]
    public void Decode_ScaleToFraction_DecodesJpegAtThatSize(string name, int width, int height)
    {
        var image = Image.Decode(GoldenImages.Bytes(name), new() { ScaleTo = (_, _) => (width, height) });

        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.InRange(GoldenImages.Difference(GoldenImages.Pixels(name).Resize(width, height), image), 0, 16);
    }

    [Theory]
    [InlineData("rgb.jpg", 19, 9)]
    [InlineData("rgb.png", 7, 5)]
    [InlineData("rgb.png", 33, 25)]
    [InlineData("rgb.tif", 9, 5)]
    [InlineData("lossless.webp", 5, 3)]
    public void Decode_ScaleTo_MatchesDecodeThenResize(string name, int width, int height)
    {
        var given = (0, 0);

        var image = Image.Decode(GoldenImages.Bytes(name), new() { ScaleTo = (w, h) => { given = (w, h); return (width, height); } });

        var expected = Image.Decode(GoldenImages.Bytes(name));
        Assert.Equal((expected.Width, expected.Height), given);
        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(expected.Resize(width, height).Pixels, image.Pixels);
    }

    [Theory]
    [InlineData("orientation_6.jpg", 11, 17)]
    [InlineData("orientation_6.webp", 12, 20)]
    [InlineData("orientation_6.tif", 7, 9)]
    [InlineData("orientation_3.jpg", 19, 11)]
    public void Decode_ScaleToOfRotatedImage_UsesUprightSize(string name, int width, int height)
    {
        var image = Image.Decode(GoldenImages.Bytes(name), new() { ScaleTo = (w, h) => (w, h) == (GoldenImages.Pixels(name).Width, GoldenImages.Pixels(name).Height) ? (width, height) : (1, 1) });

        // Rows are resized before columns in the orientation of the stored image.
        Assert.InRange(GoldenImages.Difference(Image.Decode(GoldenImages.Bytes(name)).Resize(width, height), image), 0, 1);
    }

    [Fact]
    public void Decode_ScaleToZero_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Image.Decode(GoldenImages.Bytes("rgb.jpg"), new() { ScaleTo = (_, _) => (0, 3) }));

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Decode_MorePixelsThanLimit_Throws(string name)
    {
        var bytes = GoldenImages.Bytes(name);

        var e = Assert.Throws<ImageException>(() => Image.Decode(bytes, new ImageDecodeOptions { MaxPixels = 239 }));

        Assert.Contains("20 x 12 pixels, more than the limit of 239", e.Message);
        Assert.Equal(240, Image.Decode(bytes, new ImageDecodeOptions { MaxPixels = 240 }).Pixels.Length / 3);
    }

    [Theory]
    [InlineData("rgb.png", 16, "7FFFFFFF7FFFFFFF")]
    [InlineData("rgb.bmp", 18, "FFFFFF7FFFFFFF7F")]
    [InlineData("rgb.bmp", 18, "FFFFFF7F00000080")]
    public void Decode_HugeSizeInHeader_ThrowsBeforeDecoding(string name, int at, string size)
    {
        var bytes = GoldenImages.Bytes(name);
        Convert.FromHexString(size).CopyTo(bytes, at);

        Assert.Contains("more than the limit", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Theory]
    [InlineData("0001000000000001")]
    [InlineData("0000000100010000")]
    public void Decode_SideBeyondTheLimit_ThrowsBeforeDecoding(string size)
    {
        var bytes = GoldenImages.Bytes("rgb.png");
        Convert.FromHexString(size).CopyTo(bytes, 16);

        Assert.Contains("more than the limit of 65535 on a side", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Decode_TruncatedAnywhere_ThrowsOrDecodes(string name)
    {
        var bytes = GoldenImages.Bytes(name);
        for (var length = 0; length < bytes.Length; length += 7)
            DecodeOrThrow(bytes.AsSpan(0, length));
    }

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Decode_CorruptBytes_ThrowsOrDecodes(string name)
    {
        var random = new Random(1);
        var original = GoldenImages.Bytes(name);
        for (var round = 0; round < 40; round++)
        {
            var bytes = (byte[])original.Clone();
            for (var i = 0; i < 3; i++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            DecodeOrThrow(bytes, new ImageDecodeOptions { MaxPixels = 1_000_000 });
        }
    }

    [Theory]
    [InlineData("rgb.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("rgb.png")]
    [InlineData("lossless.webp")]
    [InlineData("rgb.bmp")]
    [InlineData("rgb.tif")]
    public void Load_Truncated_ThrowsWithFile(string name)
    {
        using var folder = new TemporaryFolder();
        var bytes = GoldenImages.Bytes(name);
        var path = folder.At(name);
        File.WriteAllBytes(path, bytes[..(bytes.Length - 30)]);

        var e = Assert.Throws<ImageException>(() => Image.Load(path));

        Assert.StartsWith(path + ": ", e.Message);
        Assert.Equal(path, e.File);
    }

    [Fact]
    public void Decode_JpegWithTrailingBytes_Decodes()
    {
        var bytes = GoldenImages.Bytes("rgb.jpg").Concat(new byte[100]).ToArray();

        Assert.InRange(GoldenImages.Difference(GoldenImages.Pixels("rgb.jpg"), Image.Decode(bytes)), 0, 3);
    }

    [Fact]
    public void Decode_TruncatedJpegWithEndMarkerInMetadata_Throws()
    {
        var jpeg = GoldenImages.Bytes("rgb.jpg");
        byte[] comment = [0xFF, 0xFE, 0, 4, 0xFF, 0xD9];
        byte[] bytes = [.. jpeg[..2], .. comment, .. jpeg[2..^30]];

        Assert.Contains("truncated", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Fact]
    public void Decode_NotAnImage_ThrowsWithSupportedFormats()
    {
        var e = Assert.Throws<ImageException>(() => Image.Decode("GIF89a, not ours"u8));

        Assert.Equal("the image is not JPEG, PNG, WebP, BMP or TIFF", e.Message);
    }

    [Fact]
    public void Load_EmptyFile_Throws()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("empty.jpg");
        File.WriteAllBytes(path, []);

        Assert.Equal($"{path}: is empty", Assert.Throws<ImageException>(() => Image.Load(path)).Message);
    }

    [Fact]
    public void Load_LfsPointer_ThrowsWithRemedy()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("a.jpg");
        File.WriteAllText(path, "version https://git-lfs.github.com/spec/v1\noid sha256:61\nsize 12345\n");

        Assert.Contains("git lfs pull", Assert.Throws<ImageException>(() => Image.Load(path)).Message);
    }

    [Fact]
    public void Load_Pipe_ThrowsImageException()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        var path = $"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}";

        Assert.Contains("cannot be read", Assert.Throws<ImageException>(() => Image.Load(path)).Message);
    }

    [Fact]
    public void Decode_PngWithoutEnd_Throws() =>
        Assert.Contains("is truncated", Assert.Throws<ImageException>(() => Image.Decode(GoldenImages.Bytes("rgb.png").AsSpan()[..^12])).Message);

    [Fact]
    public void Load_MissingFile_ThrowsWithFile()
    {
        var e = Assert.Throws<ImageException>(() => Image.Load("/nowhere/none.jpg"));

        Assert.Equal("/nowhere/none.jpg", e.File);
        Assert.IsType<DirectoryNotFoundException>(e.InnerException);
    }

    [Fact]
    public void Decode_JpegWithThousandsOfScans_Throws()
    {
        var jpeg = GoldenImages.Bytes("progressive.jpg");
        var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] bytes = [.. jpeg[..scan], .. Enumerable.Repeat(jpeg[scan..^2], 501).SelectMany(part => part), 0xFF, 0xD9];

        Assert.Contains("scans, more than the limit of 500", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Fact]
    public void Decode_TiffEntryOutsideOfFile_Throws()
    {
        var bytes = GoldenImages.Bytes("rgb.tif");
        // An entry with a million values.
        BitConverter.TryWriteBytes(bytes.AsSpan(BitConverter.ToInt32(bytes, 4) + 2 + 4), 1_000_000);

        Assert.Contains("outside of the file", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);
    }

    [Fact]
    public void Decode_TiffEntriesThatShareTheWholeFile_Throws()
    {
        const int entries = 1000, stripOffsets = 273, bytesType = 1;
        var bytes = new byte[10 + (12 * entries)];
        "II*\0\b\0\0\0"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(8), entries);
        // 256 is the width and 257 the height.
        for (var i = 0; i < entries; i++)
            Write(i, i < 2 ? 256 + i : stripOffsets, bytesType, i < 2 ? 1 : bytes.Length, i < 2 ? 1 : 0);

        Assert.Contains("entries of its directory overlap", Assert.Throws<ImageException>(() => Image.Decode(bytes)).Message);

        void Write(int entry, int tag, int type, int count, int value)
        {
            var at = bytes.AsSpan(10 + (12 * entry));
            BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)tag);
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], (ushort)type);
            BinaryPrimitives.WriteInt32LittleEndian(at[4..], count);
            BinaryPrimitives.WriteInt32LittleEndian(at[8..], value);
        }
    }

    [Theory]
    [InlineData("rgb.jpg")]
    [InlineData("rgb.png")]
    [InlineData("rgb.bmp")]
    [InlineData("lossless.webp")]
    [InlineData("rgb.tif")]
    public void Decode_DecoderFindsMorePixelsThanTheScan_Throws(string name)
    {
        var bytes = GoldenImages.Bytes(name);
        var scan = ImageScan.Read(bytes);

        Assert.Contains("its decoder finds 20 x 12 pixels", Assert.Throws<ImageException>(() => DecodeAs(scan with { Height = 11 })).Message);
        Assert.Contains("its decoder finds 20 x 12 pixels", Assert.Throws<ImageException>(() => DecodeAs(scan with { Width = 19 })).Message);
        DecodeAs(scan);

        void DecodeAs(ImageScan size)
        {
            using var pixels = size.Format == ImageFormat.Tiff ? TiffDecoder.Decode(bytes, size) : SkiaDecoder.Decode(bytes, size, 1);
        }
    }

    [Fact]
    public void Load_EightThreads_GiveSamePixels()
    {
        var expected = GoldenImages.Names.ToDictionary(name => name, name => Image.Load(GoldenImages.PathOf(name)));
        var differences = 0;
        var threads = Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (var round = 0; round < 5; round++)
            {
                foreach (var (name, image) in expected)
                {
                    if (!Image.Load(GoldenImages.PathOf(name)).Pixels.SequenceEqual(image.Pixels))
                        Interlocked.Increment(ref differences);
                }
            }
        })).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(0, differences);
    }

    [SharedDataTheory]
    [InlineData("bad_huffman.jpg")]
    [InlineData("corrupt.jpg")]
    [InlineData("corrupt34_2.jpg")]
    [InlineData("corrupt34_3.jpg")]
    [InlineData("corrupt34_4.jpg")]
    [InlineData("sigsegv.png")]
    public void Load_CorruptFileFromBugReport_ThrowsOrDecodes(string name)
    {
        var path = SharedData.At("data", "bad-input", "images", name);

        try
        {
            Assert.True(Image.Load(path).Pixels.Length > 0);
        }
        catch (ImageException e)
        {
            Assert.StartsWith(path + ": ", e.Message);
        }
    }

    private static void DecodeOrThrow(ReadOnlySpan<byte> bytes, ImageDecodeOptions? options = null)
    {
        try
        {
            Image.Decode(bytes, options);
        }
        catch (ImageException)
        {
            // Either is acceptable; the process must not crash.
        }
    }
}
