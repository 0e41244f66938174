using System.Formats.Tar;
using System.Text;
using RetinaSharp.Datasets.Tests.Writing;
using RetinaSharp.Datasets.Writing;

namespace RetinaSharp.Datasets.Tests.Shards;

public sealed class WebDatasetReaderTests : IDisposable
{
    private static readonly byte[] Jpeg = [.. ImageBytes.Jpeg(100, 80), 0xFF, 0xD9];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_OwnShardsWithoutIndex_HaveTheSameAnnotations()
    {
        var set = _folder.Rich();
        var shards = _folder.At("shards");
        Directory.CreateDirectory(shards);
        File.Copy(Path.Combine(_folder.Pack(set), "data-000000.tar"), Path.Combine(shards, "data-000000.tar"));

        var read = DetectionDataset.Open(shards);

        // Classes without objects are only in the index.
        Assert.Equal(set.Categories.Skip(1), read.Categories);
        foreach (var image in read.Images)
        {
            var own = set.Images.Single(one => one.Id == image.Id);
            Assert.Equal((own.FileName, own.Width, own.Height), (image.FileName, image.Width, image.Height));
            Assert.Equal(own.Annotations.Select(one => one with { Category = one.Category - 1 }), image.Annotations);
            Assert.Equal(own.File.ReadBytes(), image.File.ReadBytes());
        }

        Assert.Equal(6, read.Images.Count);
        Assert.Equal(6, DetectionDataset.Open(Path.Combine(shards, "data-000000.tar")).Images.Count);
    }

    [Fact]
    public void Open_ShardsOfOtherTools_NeedBoxesAndClassesOnly()
    {
        Shard("train-0.tar", ("b/1.jpg", Jpeg), ("b/1.json", """{"annotations": [{"bbox": [1, 2, 3, 4], "category": "dog"}]}"""), ("b/1.txt", "a caption"));
        Shard("train-1.tar", ("2.json", """{"annotations": []}"""), ("2.JPG", Jpeg));
        Shard("val-0.tar", ("3.jpg", Jpeg), ("3.json", """{"annotations": [{"bbox": [1, 2, 3, 4], "category": "cat", "iscrowd": 1}]}"""));

        var train = DetectionDataset.Open($"{_folder.At("set")}#train");

        Assert.Equal([new(1, "cat"), new(2, "dog")], train.Categories);
        Assert.Equal([(1, "b/1.jpg", 100, 80), (2, "2.JPG", 100, 80)], train.Images.Select(image => (image.Id, image.FileName, image.Width, image.Height)));
        Assert.Equal((1, 1, 12d, new(1, 2, 3, 4)), (train.Images[0].Annotations[0].Id, train.Images[0].Annotations[0].Category, train.Images[0].Annotations[0].Area, train.Images[0].Annotations[0].Box));
        Assert.True(DetectionDataset.Open($"{_folder.At("set")}#validation").Images[0].Annotations[0].IsCrowd);
        Assert.Equal(3, DetectionDataset.Open(_folder.At("set")).Images.Count);
        Assert.Equal([("train", 2), ("val", 1)], DetectionDataset.OpenSplits(_folder.At("set")).Select(split => (split.Name, split.Dataset.Images.Count)));
        Assert.Contains("no split \"test\"", Assert.Throws<DatasetException>(() => DetectionDataset.Open($"{_folder.At("set")}#test")).Message);
    }

    [Fact]
    public void Open_ClassesById_KeepTheirIds()
    {
        Shard("a.tar", ("1.jpg", Jpeg), ("1.json", """{"id": 77, "annotations": [{"bbox": [1, 2, 3, 4], "category_id": 9, "category": "ant"}, {"bbox": [1, 2, 3, 4], "category_id": 4, "category": "bee"}]}"""));

        var read = DetectionDataset.Open(_folder.At("set"));

        Assert.Equal([new(4, "bee"), new(9, "ant")], read.Categories);
        Assert.Equal(77, read.Images[0].Id);
    }

    [Fact]
    public void Open_MasksAndCompanionsOfMacOS_AreLeftOut()
    {
        Shard("a.tar", ("._000.jpg", "attributes"), ("000.jpg", Jpeg), ("a/._000.json", "attributes"), ("000.mask.png", Jpeg), ("000.json", "{\"annotations\": []}"));

        Assert.Equal("000.jpg", Assert.Single(DetectionDataset.Open(_folder.At("set")).Images).FileName);
    }

    [Fact]
    public void Open_AnnotationIds_AreKeptIfTheyAreUnique()
    {
        Shard("a.tar", ("1.jpg", Jpeg), ("1.json", Sample(7)), ("2.jpg", Jpeg), ("2.json", Sample(5)));
        Assert.Equal([7, 5], Ids());

        // Other tools count from 1 in each image.
        Shard("a.tar", ("1.jpg", Jpeg), ("1.json", Sample(1)), ("2.jpg", Jpeg), ("2.json", Sample(1)));
        Assert.Equal([1, 2], Ids());

        static string Sample(int id) => $$"""{"annotations": [{"id": {{id}}, "bbox": [1, 2, 3, 4], "category": "dog"}]}""";

        IEnumerable<long> Ids() => DetectionDataset.Open(_folder.At("set")).Images.SelectMany(image => image.Annotations).Select(annotation => annotation.Id);
    }

    [Theory]
    [InlineData("no json", "1.json is missing")]
    [InlineData("mask only", "1.jpg (or another image format), is missing")]
    [InlineData("two images", "keys of a shard must be unique")]
    [InlineData("two jsons", "keys of a shard must be unique")]
    [InlineData("no images", "no images")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}", "no \"annotations\"")]
    [InlineData("""{"annotations": [{"bbox": [1, 2, 3], "category": "a"}]}""", "x, y, width and height")]
    [InlineData("""{"annotations": [{"bbox": [1, 2, 3, "x"], "category": "a"}]}""", "number of pixels")]
    [InlineData("""{"annotations": [{"bbox": [1, 2, 3, 4]}]}""", "neither \"category\" nor \"category_id\"")]
    [InlineData("""{"annotations": [{"bbox": [1, 2, 3, 4], "category_id": 1.5}]}""", "not an integer")]
    [InlineData("""{"annotations": 7}""", "instead of a list")]
    public void Open_InvalidSample_IsAnErrorThatNamesShardAndEntry(string sample, string reason)
    {
        var shard = sample switch
        {
            "no json" => Shard("a.tar", ("1.jpg", Jpeg)),
            "mask only" => Shard("a.tar", ("1.mask.png", Jpeg), ("1.json", "{\"annotations\": []}")),
            "two images" => Shard("a.tar", ("1.jpg", Jpeg), ("1.png", Jpeg), ("1.json", "{\"annotations\": []}")),
            "two jsons" => Shard("a.tar", ("1.jpg", Jpeg), ("1.json", "{\"annotations\": []}"), ("1.json", "{\"annotations\": []}")),
            "no images" => Shard("a.tar", ("1.cls", "7")),
            _ => Shard("a.tar", ("1.jpg", Jpeg), ("1.json", sample)),
        };

        var error = Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.At("set")));

        Assert.StartsWith(shard, error.File);
        Assert.Contains(reason, error.Message);
        Assert.Contains(DetectionDataset.Check(_folder.At("set")), problem => problem.Severity == ProblemSeverity.Error && problem.File.StartsWith(shard, StringComparison.Ordinal));
    }

    [Fact]
    public void Open_ArchiveBesideADataset_DoesNotHideTheDataset()
    {
        DatasetWriter.Write(_folder.Lossless(), _folder.At("set"), DatasetFormat.Voc);
        Shard("images.tar", ("1.jpg", Jpeg));

        Assert.Null(DetectionDataset.Open(_folder.At("set")).Images[0].Entry);
    }

    [Fact]
    public void Open_MutatedShard_IsReadOrRejected()
    {
        var bytes = File.ReadAllBytes(Shard("a.tar", ("1.jpg", Jpeg), ("1.json", """{"image_id": 3, "file_name": "x.jpg", "width": 100, "height": 80, "annotations": [{"id": 1, "bbox": [1, 2, 3, 4], "category": "dog", "area": 3}]}""")));

        Assert.InRange(Mutations.CountRejected(bytes, mutated => DetectionDataset.Open(_folder.Write("mutated.tar", mutated))), 1, Mutations.Rounds - 1);
    }

    private string Shard(string name, params (string Name, object Data)[] entries)
    {
        var path = _folder.At("set", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var writer = new TarWriter(File.Create(path), TarEntryFormat.Pax);
        foreach (var (entry, data) in entries)
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(data as byte[] ?? Encoding.UTF8.GetBytes((string)data)) });
        return path;
    }
}
