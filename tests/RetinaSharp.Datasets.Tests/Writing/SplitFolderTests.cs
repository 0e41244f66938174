using RetinaSharp.Datasets.Writing;
using static RetinaSharp.Datasets.Tests.Writing.WrittenSets;

namespace RetinaSharp.Datasets.Tests.Writing;

public sealed class SplitFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DatasetFormat.Coco)]
    [InlineData(DatasetFormat.Voc)]
    [InlineData(DatasetFormat.Yolo)]
    [InlineData(DatasetFormat.LabelMe)]
    [InlineData(DatasetFormat.Cvat)]
    [InlineData(DatasetFormat.Csv)]
    public void WriteSplits_ImagesInFoldersOfOtherSplits_AreInTheirNewSplitOnly(DatasetFormat format)
    {
        DatasetWriter.WriteSplits([new("train", Set("train2017/1.jpg", "val2017/1.jpg", "cam/test/2.jpg")), new("val", Set("training/3.jpg"))], _folder.At("target"), format);

        Assert.Equal([("train", 3), ("val", 1)], DetectionDataset.OpenSplits(_folder.At("target")).Select(split => (split.Name, split.Dataset.Images.Count)));
    }

    [Fact]
    public void WriteSplits_NamesThatCollideWithoutFolders_BecomeUnique()
    {
        DatasetWriter.WriteSplits([new("train", Set("train2017/1.jpg", "val2017/1.jpg", "cam/test/2.jpg"))], _folder.At("target"), DatasetFormat.LabelMe);

        Assert.All((string[])["1.json", "1-2.json", "cam/2.json"], name => Assert.True(File.Exists(_folder.At("target", "train", name)), name));
    }

    [Fact]
    public void Write_WithoutSplits_KeepsTheFolders()
    {
        DatasetWriter.Write(Set("train2017/1.jpg", "val2017/2.jpg"), _folder.At("target"), DatasetFormat.LabelMe);

        Assert.Equal(["train", "val"], DetectionDataset.OpenSplits(_folder.At("target")).Select(split => split.Name));
    }

    private DetectionDataset Set(params string[] names) =>
        new() { Source = "", Categories = [new(1, "cat")], Images = [.. names.Select((name, i) => _folder.Image(i + 1, name, Object(i + 1, 0, i, 0, 10, 10)))] };
}
