using System.Formats.Tar;
using System.Text.Json;
using RetinaSharp.Datasets.Tests.Shards;
using RetinaSharp.Datasets.Writing;
using static RetinaSharp.Datasets.Tests.Writing.WrittenSets;

namespace RetinaSharp.Datasets.Tests.Writing;

public sealed class DatasetPackerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder.At("packed");

    [Fact]
    public void Pack_ThenOpen_HasTheSameAnnotationsAndBytes()
    {
        var set = _folder.Rich();

        var read = DetectionDataset.Open(_folder.Pack(set), new() { KeepDegenerate = true });

        AreSame(set, read);
    }

    [Fact]
    public void Pack_OfAPackedDataset_KeepsEverything()
    {
        var set = _folder.Rich();
        var first = DetectionDataset.Open(_folder.Pack(set, "first"));

        AreSame(set, DetectionDataset.Open(_folder.Pack(first, "second", seed: 3)));
    }

    [Fact]
    public void Pack_ThenConvert_HasTheImagesAsFiles()
    {
        var set = _folder.Lossless();

        DatasetWriter.Write(DetectionDataset.Open(_folder.Pack(set)), _folder.At("coco"), DatasetFormat.Coco);

        var read = DetectionDataset.Open(_folder.At("coco"));
        AreEqual(set, read, 0);
        Assert.All(read.Images, image => Assert.Equal(File.ReadAllBytes(set.Images.Single(one => one.Id == image.Id).Path), File.ReadAllBytes(image.Path)));
    }

    [Fact]
    public void Convert_PackedWithoutCopyingImages_IsRefused()
    {
        var packed = DetectionDataset.Open(_folder.Pack(_folder.Lossless()));

        Assert.Contains("data-000000.tar", Assert.Throws<ArgumentException>(() => DatasetWriter.Write(packed, _folder.At("set.json"), DatasetFormat.Coco)).Message);
    }

    [Fact]
    public void Pack_IsStandardTar_WithTwoEntriesOfOneKeyForEachImage()
    {
        var set = _folder.Rich();
        _folder.Pack(set);

        var entries = Entries("data-000000.tar");

        Assert.Equal(2 * set.Images.Count, entries.Count);
        foreach (var pair in entries.Chunk(2))
        {
            var key = pair[0].Name[..pair[0].Name.IndexOf('.')];
            Assert.Equal([$"{key}.jpg", $"{key}.json"], pair.Select(entry => entry.Name));
            Assert.Matches("^[-_0-9A-Za-z]+$", key);
            using var json = JsonDocument.Parse(pair[1].Data);
            var image = set.Images.Single(image => image.Id == json.RootElement.GetProperty("image_id").GetInt64());
            Assert.Equal(image.FileName, json.RootElement.GetProperty("file_name").GetString());
            Assert.Equal(File.ReadAllBytes(image.Path), pair[0].Data);
            Assert.Equal(image.Annotations.Select(one => set.Categories[one.Category].Name), json.RootElement.GetProperty("annotations").EnumerateArray().Select(one => one.GetProperty("category").GetString()));
        }

        Assert.Equal(set.Images.Count, entries.Select(entry => entry.Name.Split('.')[0]).Distinct().Count());
    }

    [Fact]
    public void Pack_CanBeListedByTar()
    {
        if (!File.Exists("/bin/tar"))
            Assert.Skip("needs /bin/tar");
        _folder.Pack(_folder.Rich());

        var listed = CommandResult.Program("/bin/tar", "tf", Path.Combine(Target, "data-000000.tar")).IsDone();

        Assert.Equal(Entries("data-000000.tar").Select(entry => entry.Name), listed.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(listed.Error);
    }

    [Fact]
    public void Pack_ImagesOfOtherFormats_HaveTheirExtension()
    {
        var set = new DetectionDataset
        {
            Source = "",
            Categories = [new(1, "cat")],
            // Named .jpg in spite of its format.
            Images = [_folder.Image(1, "a.jpg") with { Path = _folder.Write("a.jpg", ImageBytes.Bmp(100, 80)) }, _folder.Image(2, "b.webp") with { Path = _folder.Write("b.webp", ImageBytes.WebPLossy(100, 80)) }],
        };

        _folder.Pack(set);

        Assert.Equal([".bmp", ".webp"], DetectionDataset.Open(Target).Images.Select(image => Path.GetExtension(image.Path)).Order());
    }

    [Fact]
    public void Pack_SameSeed_GivesTheSameBytes_AndAnotherSeedAnotherOrder()
    {
        var set = _folder.Many(50);
        string[] packed = [_folder.Pack(set, "a"), _folder.Pack(set, "b"), _folder.Pack(set, "c", seed: 1)];

        Assert.All(Directory.GetFiles(packed[0]), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(packed[1], Path.GetFileName(file)))));
        var orders = packed.Select(folder => DetectionDataset.Open(folder).Images.Select(image => image.Id).ToArray()).ToArray();
        Assert.NotEqual(orders[0], orders[2]);
        Assert.NotEqual(set.Images.Select(image => image.Id), orders[0]);
    }

    [Fact]
    public void Pack_MoreThanAShard_FillsShardsUpToTheirSize()
    {
        var set = _folder.Many(900);

        var split = Assert.Single(DatasetPacker.Pack([new(null, set)], Target, new() { ShardBytes = 1_000_000 }).Splits);

        var shards = Directory.GetFiles(Target, "*.tar").Order(StringComparer.Ordinal).Select(path => new FileInfo(path)).ToArray();
        Assert.Equal([.. Enumerable.Range(0, shards.Length).Select(i => $"data-00000{i}.tar")], shards.Select(shard => shard.Name));
        Assert.InRange(shards.Length, 3, 9);
        Assert.All(shards, shard => Assert.InRange(shard.Length, 1, 1_000_000));
        Assert.All(shards[..^1], shard => Assert.InRange(shard.Length, 990_000, 1_000_000));
        Assert.Equal((shards.Length, shards.Sum(shard => shard.Length), 900, 900), (split.Shards, split.Bytes, split.Images, split.Boxes));
        AreSame(set, DetectionDataset.Open(Target));
    }

    [Fact]
    public void Pack_Splits_CanBeOpenedOneByOneAndTogether()
    {
        var set = _folder.Rich();
        DatasetSplit[] splits = [new("train", set with { Images = [.. set.Images.Take(4)] }), new("val", set with { Images = [.. set.Images.Skip(4)] })];

        var packed = DatasetPacker.Pack(splits, Target);

        Assert.Equal([$"{Target}#train", $"{Target}#val"], packed.Splits.Select(split => split.Data));
        AreSame(splits[0].Dataset, DetectionDataset.Open($"{Target}#train"));
        AreSame(splits[1].Dataset, DetectionDataset.Open($"{Target}#valid"));
        Assert.Equal(["train", "val"], DetectionDataset.OpenSplits(Target).Select(split => split.Name));
        Assert.Contains("train, val", Assert.Throws<DatasetException>(() => DetectionDataset.Open(Target)).Message);
        Assert.Contains("train, val", Assert.Throws<DatasetException>(() => DetectionDataset.Open($"{Target}#test")).Message);
    }

    [Fact]
    public void Pack_SplitsWithOtherClasses_JoinsThemByName()
    {
        DatasetSplit[] splits =
        [
            new("train", new() { Source = "a", Categories = [new(1, "cat"), new(2, "dog")], Images = [_folder.Image(1, "a.jpg", Object(1, 1, 1, 1, 9, 9))] }),
            new("val", new() { Source = "b", Categories = [new(1, "bird"), new(2, "cat")], Images = [_folder.Image(1, "b.jpg", Object(1, 1, 1, 1, 9, 9))] }),
        ];

        DatasetPacker.Pack(splits, Target);

        var val = DetectionDataset.Open($"{Target}#val");
        Assert.Equal(["cat", "dog", "bird"], val.Categories.Select(category => category.Name));
        Assert.Equal(0, val.Images[0].Annotations[0].Category);
    }

    [Fact]
    public void Pack_UnknownSizes_AreThoseOfTheImages()
    {
        var set = _folder.Rich();

        _folder.Pack(set with { Images = [.. set.Images.Select(image => image with { Width = 0, Height = 0 })] });

        Assert.All(DetectionDataset.Open(Target).Images, image => Assert.Equal((100, 80), (image.Width, image.Height)));
    }

    [Fact]
    public void Pack_StringIds_AreReported()
    {
        var set = _folder.Rich() with { ImageIds = new Dictionary<string, long> { ["a"] = 1 } };

        Assert.Contains("1 ids", Assert.Single(DatasetPacker.Pack([new(null, set)], Target).Losses).Reason);
    }

    [Theory]
    [InlineData("missing", "does not exist")]
    [InlineData("text", "is not a JPEG")]
    [InlineData("cut", "truncated")]
    [InlineData("size", "annotated as")]
    public void Pack_ImagesThatCannotBeUsed_AreAllNamedAndNothingIsWritten(string defect, string reason)
    {
        var set = _folder.Rich();
        foreach (var image in set.Images.Take(2))
        {
            switch (defect)
            {
                case "missing": File.Delete(image.Path); break;
                case "text": File.WriteAllText(image.Path, "<html>"); break;
                case "cut": File.WriteAllBytes(image.Path, File.ReadAllBytes(image.Path)[..^2]); break;
                default: File.WriteAllBytes(image.Path, [.. ImageBytes.Jpeg(10, 10), 0xFF, 0xD9]); break;
            }
        }

        var error = Assert.Throws<DatasetException>(() => _folder.Pack(set));

        Assert.Contains("2 of 6 images", error.Message);
        Assert.Contains("repaired copy", error.Message);
        Assert.All(set.Images.Take(2), image => Assert.Contains($"{image.Path}: ", error.Message));
        Assert.Contains(reason, error.Message);
        Assert.Equal([_folder.At("source")], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Pack_JpegWithOtherDataAfterTheImage_IsPackedIfItDecodes()
    {
        var set = _folder.Rich();
        File.AppendAllText(set.Images[0].Path, "trailer");

        Assert.Throws<DatasetException>(() => _folder.Pack(set));
        DatasetPacker.Pack([new(null, set)], Target, new() { Decode = _ => null });

        AreSame(set, DetectionDataset.Open(Target));
    }

    [Fact]
    public void Pack_Canceled_LeavesNothing()
    {
        using var source = new CancellationTokenSource();
        Directory.CreateDirectory(Target);

        Assert.Throws<OperationCanceledException>(() => DatasetPacker.Pack([new(null, _folder.Rich())], Target, null, new Cancel(source), source.Token));

        Assert.Empty(Directory.GetFileSystemEntries(Target));
    }

    [Fact]
    public void Pack_ImageThatBecomesUnreadable_IsNamedAndLeavesNothing()
    {
        var set = _folder.Rich();

        var error = Assert.Throws<DatasetException>(() => DatasetPacker.Pack([new(null, set)], Target, null, new Delete(set)));

        Assert.Contains(set.Images, image => error.File == image.Path);
        Assert.Equal([_folder.At("source")], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Pack_FolderThatCannotBeWritten_IsNamedWithARemedy()
    {
        var file = _folder.Write("file", "");

        Assert.Contains("free space", Assert.Throws<IOException>(() => _folder.Pack(_folder.Rich(), "file/packed")).Message);
        Assert.Contains("is not empty", Assert.Throws<IOException>(() => _folder.Pack(_folder.Rich(), "source")).Message);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void Pack_EmptyFolder_IsFilled()
    {
        Directory.CreateDirectory(Target);

        AreSame(_folder.Rich(), DetectionDataset.Open(_folder.Pack(_folder.Rich())));

        Assert.Equal(["data-000000.tar", "data-annotations.json", "packed.json"], Directory.GetFileSystemEntries(Target).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Pack_DatasetsThatCannotBeReadBack_AreRefused()
    {
        var set = _folder.Rich();
        Assert.Contains("id 40", Refuse(set with { Images = [set.Images[0], set.Images[1] with { Id = 40 }] }));
        Assert.Contains("ascending", Refuse(set with { Categories = [new(3, "a"), new(2, "b"), new(4, "c")] }));
        Assert.Contains("region", Refuse(set with { Images = [set.Images[0] with { Crop = new(0, 0, 10, 10) }] }));
        Assert.Contains("too small", Assert.Throws<ArgumentException>(() => _folder.Pack(set, shardBytes: 1000)).Message);

        string Refuse(DetectionDataset dataset) => Assert.Throws<ArgumentException>(() => _folder.Pack(dataset)).Message;
    }

    [SharedDataTheory]
    [InlineData("tiny-coco")]
    [InlineData("bccd")]
    public void Pack_RealData_RoundTrips(string data)
    {
        var keepAll = new DatasetOptions { KeepDegenerate = true };
        var splits = DetectionDataset.OpenSplits(SharedData.At("data", data), keepAll);

        DatasetPacker.Pack(splits, Target, new() { ShardBytes = 1_000_000 });

        var read = DetectionDataset.OpenSplits(Target, keepAll);
        Assert.Equal(splits.Select(split => split.Name), read.Select(split => split.Name));
        foreach (var (expected, actual) in splits.Zip(read))
            AreSame(expected.Dataset, actual.Dataset);
    }

    private static void AreSame(DetectionDataset expected, DetectionDataset actual)
    {
        Assert.Equal(expected.Categories, actual.Categories);
        Assert.Equal(expected.Images.Count, actual.Images.Count);
        var images = expected.Images.ToDictionary(image => image.Id);
        foreach (var image in actual.Images)
        {
            var own = images[image.Id];
            Assert.Equal((own.FileName, own.Width, own.Height), (image.FileName, image.Width, image.Height));
            Assert.Equal(own.Annotations, image.Annotations);
            Assert.Equal(own.File.ReadBytes(), image.File.ReadBytes());
        }
    }

    private List<(string Name, byte[] Data)> Entries(string shard)
    {
        var entries = new List<(string, byte[])>();
        using var reader = new TarReader(File.OpenRead(Path.Combine(Target, shard)));
        while (reader.GetNextEntry() is { } entry)
        {
            using var data = new MemoryStream();
            entry.DataStream!.CopyTo(data);
            entries.Add((entry.Name, data.ToArray()));
        }

        return entries;
    }

    private sealed class Cancel(CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value) => source.Cancel();
    }

    private sealed class Delete(DetectionDataset set) : IProgress<int>
    {
        public void Report(int value)
        {
            foreach (var image in set.Images)
                File.Delete(image.Path);
        }
    }
}
