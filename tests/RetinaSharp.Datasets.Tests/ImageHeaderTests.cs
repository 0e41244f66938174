using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Tests;

public class ImageHeaderTests
{
    public static TheoryData<string, byte[]> Files => new()
    {
        { "Jpeg 640 x 480, 1", ImageBytes.Jpeg(640, 480) },
        { "Png 640 x 480, 1", ImageBytes.Png(640, 480) },
        { "Png 640 x 480, 6", ImageBytes.Png(640, 480, 6) },
        { "WebP 640 x 480, 1", ImageBytes.WebPLossy(640, 480) },
        { "WebP 640 x 480, 1", ImageBytes.WebPLossless(640, 480) },
        { "WebP 640 x 480, 8", ImageBytes.WebPExtended(640, 480, 8) },
        { "Bmp 640 x 480, 1", ImageBytes.Bmp(640, 480) },
        { "Bmp 640 x 480, 1", ImageBytes.Bmp(640, -480) },
        { "Bmp 640 x 480, 1", ImageBytes.OldBmp(640, 480) },
        { "Tiff 640 x 480, 1", ImageBytes.Tiff([(256, 3, 640), (257, 4, 480)], littleEndian: true) },
        { "Tiff 640 x 480, 3", ImageBytes.Tiff([(256, 4, 640), (257, 3, 480), (274, 3, 3)], littleEndian: false) },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_EveryFormat_GivesSizeAndOrientation(string expected, byte[] bytes)
    {
        var header = ImageHeader.Read(new MemoryStream(bytes), "a");
        Assert.Equal(expected, $"{header.Format} {header.Width} x {header.Height}, {header.Orientation}");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_TruncatedAnywhere_ThrowsOnlyDatasetException(string whole, byte[] bytes)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            try
            {
                var header = ImageHeader.Read(new MemoryStream(bytes, 0, length), "cut.jpg");
                Assert.StartsWith(whole.Split(',')[0], $"{header.Format} {header.Width} x {header.Height}");
            }
            catch (DatasetException exception)
            {
                Assert.Equal("cut.jpg", exception.File);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_Mutated_IsReadOrRejected(string whole, byte[] bytes)
    {
        Assert.NotEmpty(whole);
        Assert.InRange(Mutations.CountRejected(bytes, mutated => ImageHeader.Read(new MemoryStream(mutated), "a")), 1, Mutations.Rounds - 1);
    }

    [Theory]
    [InlineData(1, 640, 480)]
    [InlineData(4, 640, 480)]
    [InlineData(5, 480, 640)]
    [InlineData(8, 480, 640)]
    [InlineData(0, 640, 480)]
    [InlineData(9, 640, 480)]
    [InlineData(65535, 640, 480)]
    public void Read_JpegOrientation_SwapsSizeIfValid(int orientation, int width, int height)
    {
        foreach (var littleEndian in new[] { true, false })
        {
            var header = ImageHeader.Read(new MemoryStream(ImageBytes.Jpeg(640, 480, orientation, littleEndian)), "a");
            Assert.Equal((width, height), (header.OrientedWidth, header.OrientedHeight));
            Assert.Equal(orientation is >= 1 and <= 8 ? orientation : 1, header.Orientation);
        }
    }

    [Fact]
    public void Read_Truncated_ThrowsWithReason()
    {
        var bytes = ImageBytes.Jpeg(640, 480);
        var exception = Assert.Throws<DatasetException>(() => ImageHeader.Read(new MemoryStream(bytes, 0, 20), "a.jpg"));
        Assert.Contains("truncated", exception.Message);
        Assert.Contains("a.jpg", exception.Message);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("hello, world", "not a JPEG")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid", "git lfs pull")]
    public void Read_NotAnImage_ThrowsWithReason(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        var exception = Assert.Throws<DatasetException>(() => ImageHeader.Read(folder.Write("a.png", text)));
        Assert.Contains(reason, exception.Reason);
    }

    [Fact]
    public void Read_NonSeekableStream_IsRead()
    {
        using var stream = new System.IO.Compression.ZLibStream(new MemoryStream(Deflated()), System.IO.Compression.CompressionMode.Decompress);
        Assert.Equal(300, ImageHeader.Read(stream, "a").Width);

        static byte[] Deflated()
        {
            var target = new MemoryStream();
            using (var deflate = new System.IO.Compression.ZLibStream(target, System.IO.Compression.CompressionMode.Compress))
                deflate.Write(ImageBytes.Tiff([(256, 3, 300), (257, 3, 200)], littleEndian: true));
            return target.ToArray();
        }
    }

    [SharedDataFact]
    public void Read_CorruptFiles_GivesHeaderOrDatasetException()
    {
        var files = Directory.GetFiles(SharedData.At("data", "bad-input", "images"), "*.*").Where(ImageFiles.IsImage).ToArray();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var exception = Record.Exception(() => ImageHeader.Read(file));
            Assert.True(exception is null or DatasetException, $"{file}: {exception}");
        }
    }

    [SharedDataFact]
    public void Read_CocoImages_MatchesAnnotations()
    {
        var set = DetectionDataset.Open(SharedData.At("data", "tiny-coco", "annotations", "instances_train2017.json"));
        foreach (var image in set.Images)
        {
            var header = ImageHeader.Read(image.Path);
            Assert.Equal((image.Width, image.Height), (header.OrientedWidth, header.OrientedHeight));
        }
    }
}
