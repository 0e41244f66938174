using System.Text;
using RetinaSharp.Datasets.Tests.Writing;
using RetinaSharp.Datasets.Writing;

namespace RetinaSharp.Datasets.Tests.Shards;

public sealed class PackedReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Index => _folder.At("packed", "packed.json");

    private string Shard => _folder.At("packed", "data-000000.tar");

    [Fact]
    public void Open_FolderOrIndex_IsTheSame()
    {
        var packed = _folder.Pack(_folder.Rich());

        var (folder, index) = (DetectionDataset.Open(packed), DetectionDataset.Open(Index));

        Assert.Equal(folder.Images.Select(image => image.File), index.Images.Select(image => image.File));
        Assert.DoesNotContain(DetectionDataset.Check(packed), problem => problem.Severity == ProblemSeverity.Error);
    }

    [Fact]
    public void Open_DoesNotReadTheShards()
    {
        var packed = _folder.Pack(_folder.Many(20));
        var length = new FileInfo(Shard).Length;
        using (var file = File.Create(Shard))
            file.SetLength(length);

        // Nothing but zeros: only reading an image shows that.
        var image = DetectionDataset.Open(packed).Images[0];

        var error = Assert.Throws<IOException>(image.File.ReadBytes);
        Assert.Contains("does not have this entry", error.Message);
        var bad = ImageVerification.FindBadImages(DetectionDataset.Open(packed));
        Assert.Equal(20, bad.Count);
        Assert.All(bad, one => Assert.StartsWith($"{Shard}/", one.Path));
    }

    [Fact]
    public void Open_ShardsLargerThanMemory_NeedsTheIndexOnly()
    {
        const long size = 3L << 40;
        var image = File.ReadAllBytes(_folder.WriteImage("a.jpg"));
        _folder.Pack(new() { Source = "", Categories = [new(1, "cat")], Images = [_folder.Image(1, "a.jpg")] });
        var block = File.ReadAllBytes(Shard)[..512];
        try
        {
            using var file = new FileStream(Shard, FileMode.Create);
            file.SetLength(size);
            file.Position = size - 4096;
            file.Write([.. block, .. image]);
        }
        catch (IOException)
        {
            Assert.Skip("the file system has no sparse files of 3 TB");
        }

        var text = File.ReadAllText(Index);
        File.WriteAllText(Index, text.Replace(",512,", $",{size - 4096 + 512},").Replace($"\"bytes\":{text.Split("\"bytes\":")[1].Split(',')[0]}", $"\"bytes\":{size}"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var read = DetectionDataset.Open(_folder.At("packed")).Images[0].File.ReadBytes();

        Assert.Equal(image, read);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void OpenRead_CanSeekAndEndsWithTheEntry()
    {
        var set = _folder.Rich();
        foreach (var image in DetectionDataset.Open(_folder.Pack(set)).Images)
        {
            var expected = File.ReadAllBytes(set.Images.Single(one => one.Id == image.Id).Path);
            using var stream = image.File.OpenRead();
            Assert.Equal(expected.Length, stream.Length);
            Assert.Equal(expected.Length, image.File.Length);
            Assert.True(image.File.Exists);
            stream.Position = 10;
            using var rest = new MemoryStream();
            stream.CopyTo(rest);
            Assert.Equal(expected[10..], rest.ToArray());
            Assert.Equal(-1, stream.ReadByte());
            stream.Seek(-2, SeekOrigin.End);
            Assert.Equal(0xFF, stream.ReadByte());
            Assert.Throws<NotSupportedException>(() => stream.WriteByte(1));
        }
    }

    [Fact]
    public void Open_MissingOrTruncatedShard_IsAnErrorThatNamesIt()
    {
        var packed = _folder.Pack(_folder.Rich());
        var bytes = File.ReadAllBytes(Shard);

        File.WriteAllBytes(Shard, bytes[..^512]);
        var truncated = Assert.Throws<DatasetException>(() => DetectionDataset.Open(packed));
        File.Delete(Shard);
        var missing = Assert.Throws<DatasetException>(() => DetectionDataset.Open(packed));

        Assert.Equal((Shard, Shard), (truncated.File, missing.File));
        Assert.Contains($"has {bytes.Length - 512} bytes, but {bytes.Length} in the index", truncated.Reason);
        Assert.Contains("missing, with 6 images", missing.Reason);
        Assert.Single(DetectionDataset.Check(packed), problem => problem.File == Shard);
        // Results can be scored without images.
        Assert.Equal(6, DetectionDataset.Open(packed, new() { RequireImages = false }).Images.Count);
        Assert.Equal(6, DetectionDataset.Open(packed, new() { RequireImages = false, FindImages = false }).Images.Count);
    }

    [Fact]
    public void ReadImage_ShardThatBecameShorter_IsAnErrorThatNamesIt()
    {
        var images = DetectionDataset.Open(_folder.Pack(_folder.Rich())).Images;
        File.WriteAllBytes(Shard, File.ReadAllBytes(Shard)[..600]);

        var error = Assert.Throws<DatasetException>(() => ImageHeader.Read(images[^1].File));

        Assert.StartsWith(Shard, error.File);
        Assert.Contains("truncated", error.Reason);
    }

    [Fact]
    public void ReadImage_ShardsInAnotherOrder_IsAnError()
    {
        // Of the same length, so that only the headers show it.
        var packed = _folder.Pack(_folder.Many(40));
        File.Copy(Path.Combine(_folder.Pack(_folder.Many(40), "other", seed: 5), "data-000000.tar"), Shard, overwrite: true);
        var images = DetectionDataset.Open(packed).Images;

        Assert.True(ImageVerification.FindBadImages(DetectionDataset.Open(packed)).Count > 30);
        Assert.Contains(images, image => Record.Exception(image.File.ReadBytes) is IOException error && error.Message.Contains("index is that of other shards"));
    }

    [Theory]
    [InlineData("\"file\":\"data-000000.tar\"", "\"file\":\"../data-000000.tar\"", "not the name of a file beside the index")]
    [InlineData("\"file\":\"data-000000.tar\"", "\"file\":\"/etc/passwd\"", "not the name of a file beside the index")]
    [InlineData("\"file\":\"data-000000.tar\"", "\"file\":\"packed.json\"", "not the name of a .tar file")]
    [InlineData("\"annotations\":\"data-annotations.json\"", "\"annotations\":\"../../x.json\"", "not the name of a file beside the index")]
    [InlineData("\"annotations\":\"data-annotations.json\"", "\"annotations\":\"x.json\"", "annotations is missing")]
    [InlineData("\"version\":1", "\"version\":2", "newer version")]
    [InlineData("\"version\":1", "\"version\":\"x\"", "not an integer")]
    [InlineData("\"images\":6", "\"images\":7", "should have 1 shards and 7 images")]
    [InlineData("\"shards\":1", "\"shards\":2", "should have 2 shards")]
    [InlineData("\"split\":0", "\"split\":9", "of no split")]
    [InlineData("\"split\":0", "\"split\":-1", "not an integer of 0 or more")]
    [InlineData(",512,", ",-512,", "not an integer of 0 or more")]
    [InlineData(",512,", ",0,", "are not in the shard")]
    [InlineData(",512,", ",9223372036854775807,", "are not in the shard")]
    [InlineData("[[", "[[\"x\",", "not a list of id, name, offset and length")]
    [InlineData("00000000-", "../00000000-", "not a name inside of a shard")]
    [InlineData("[40,", "[41,", "image 40")]
    [InlineData("[40,", "[12,", "listed twice")]
    [InlineData("\"splits\"", "\"splitz\"", "of no split")]
    [InlineData("\"shards\":[", "\"shards\":[1,", "")]
    public void Open_CorruptIndex_IsAnError(string old, string changed, string reason)
    {
        var packed = _folder.Pack(_folder.Rich());
        var text = File.ReadAllText(Index);
        Assert.Contains(old, text);
        File.WriteAllText(Index, text.Replace(old, changed));

        var error = Assert.Throws<DatasetException>(() => DetectionDataset.Open(packed));

        Assert.StartsWith(packed, error.File);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Open_MutatedIndex_IsReadOrRejected()
    {
        var packed = _folder.Pack(_folder.Rich());
        var bytes = File.ReadAllBytes(Index);

        Assert.InRange(Mutations.CountRejected(bytes, mutated =>
        {
            File.WriteAllBytes(Index, mutated);
            foreach (var image in DetectionDataset.Open(packed).Images)
                Record(image);
        }), 1, Mutations.Rounds - 1);

        // Reading an image may fail, but only with an exception that callers expect.
        static void Record(AnnotatedImage image)
        {
            try
            {
                ImageHeader.Read(image.File);
            }
            catch (DatasetException)
            {
            }
        }
    }

    [Fact]
    public void Open_WithoutIndex_IsNoPackedDataset()
    {
        var packed = _folder.Pack(_folder.Rich());
        File.Delete(Index);

        // The annotations alone are COCO, whose image files do not exist.
        Assert.Contains("not found", Assert.Throws<DatasetException>(() => DetectionDataset.Open(packed)).Message);
    }

    [Fact]
    public void Open_WhatAnInterruptedPackLeaves_IsNotTaken()
    {
        var packed = _folder.Pack(_folder.Rich());
        var interrupted = _folder.At("interrupted");
        Directory.CreateDirectory(interrupted);
        Directory.Move(packed, Path.Combine(interrupted, ".0123.tmp"));

        Assert.Contains("not a dataset", Assert.Throws<DatasetException>(() => DetectionDataset.Open(interrupted)).Message);
    }

    [Fact]
    public void Open_DropAndMergeClasses_Apply()
    {
        var packed = _folder.Pack(_folder.Rich());

        Assert.Equal(["chien \u00fc", "cat \"quoted\""], DetectionDataset.Open(packed, new() { DropClasses = ["unused"] }).Categories.Select(category => category.Name));
    }

    [Fact]
    public void Open_OtherFileNamedPackedJson_IsNotTakenForAnIndex()
    {
        DatasetWriter.Write(_folder.Lossless(), _folder.At("coco"), DatasetFormat.Coco);
        File.WriteAllBytes(_folder.At("coco", "packed.json"), Encoding.UTF8.GetBytes("{\"packed\": true}"));

        Assert.Equal(4, DetectionDataset.Open(_folder.At("coco")).Images.Count);
    }
}
