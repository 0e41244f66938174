using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Writing;
using RetinaSharp.Imaging;

namespace RetinaSharp.Inference.Tests;

public sealed class ImageDecodingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_EntryOfAShard_HasThePixelsOfTheFile()
    {
        var (files, shards) = Pack();

        foreach (var image in shards.Images)
        {
            var file = files.Images.Single(one => one.Id == image.Id);
            Assert.Equal(Image.Load(file.Path).Pixels, ImageDecoding.Load(image.File).Pixels);
            Assert.Equal(ImageDecoding.Inspect(file.File), ImageDecoding.Inspect(image.File));
            Assert.Null(ImageDecoding.DescribeFailure(image.File));
            Assert.Equal(image.Path, ImageSource.FromFile(image.File).Path);
        }
    }

    [Fact]
    public void FromBytes_MoreThanTheMaximumOfPixels_IsNotDecoded()
    {
        var file = ColorImages.Paint(8, 4).Encode(ImageEncoding.Png);

        Assert.Equal(8, ImageSource.FromBytes(file, maxPixels: 32).Load(new(64, 64)).Width);
        Assert.Contains("8 x 4 pixels, more than the limit of 31", Assert.Throws<ImageException>(() => ImageSource.FromBytes(file, maxPixels: 31).Load(new(64, 64))).Message);
    }

    [Fact]
    public void ToRepeatable_CorruptFileOfAStream_IsNamed()
    {
        using var stream = File.OpenRead(_folder.Write("corrupt.png", "this is no image"));

        Assert.Equal(stream.Name, Assert.Throws<ImageException>(() => ImageSource.FromStream(stream).ToRepeatable().Load(null)).File);
        Assert.Equal("the stream", Assert.Throws<ImageException>(() => ImageSource.FromStream(new MemoryStream([1, 2, 3])).ToRepeatable().Load(null)).File);
    }

    [Theory]
    [InlineData(false, "truncated")]
    [InlineData(true, "cannot be read")]
    public void Load_CorruptShard_IsAnImageExceptionThatNamesIt(bool isMissing, string reason)
    {
        var image = Pack().Shards.Images[^1];
        if (isMissing)
            File.Delete(image.Entry!.Shard);
        else
            File.WriteAllBytes(image.Entry!.Shard, File.ReadAllBytes(image.Entry.Shard)[..2000]);

        var error = Assert.Throws<ImageException>(() => ImageDecoding.Load(image.File));

        Assert.StartsWith($"{image.Entry!.Shard}/", error.File);
        Assert.Contains(reason, error.Message);
        Assert.NotNull(ImageDecoding.DescribeFailure(image.File));
    }

    private (DetectionDataset Files, DetectionDataset Shards) Pack()
    {
        var files = DetectionDataset.Open(ColoredRectangles.Write(_folder.At("files"), images: 6));
        return (files, DetectionDataset.Open(DatasetPacker.Pack([new(null, files)], _folder.At("shards")).Path));
    }
}
