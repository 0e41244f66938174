using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets.Tests;

public class DatasetReaderTests
{
    [Theory]
    [InlineData("a/b", "a/b", null)]
    [InlineData("a/b#val", "a/b", "val")]
    [InlineData("a#b/c#val", "a#b/c", "val")]
    public void Split_Path_SplitsAtLastHash(string data, string path, string? split) =>
        Assert.Equal((path, split), DatasetReaders.Split(data));

    [Theory]
    [InlineData("a#")]
    [InlineData("a#../b")]
    [InlineData("a#..")]
    public void Split_BadName_Throws(string data) => Assert.Throws<DatasetException>(() => DatasetReaders.Split(data));

    [Fact]
    public void Split_HashInExistingName_IsPartOfPath()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("set#1.json", "{}");
        Assert.Equal((path, null), DatasetReaders.Split(path));
    }

    [Fact]
    public void Open_NoDataset_Throws()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not exist", Assert.Throws<DatasetException>(() => DetectionDataset.Open(folder.At("x"))).Reason);
        Assert.Contains("is not a dataset in a known format", Assert.Throws<DatasetException>(() => DetectionDataset.Open(folder.Root)).Reason);
        Assert.Equal(ProblemSeverity.Error, Assert.Single(DetectionDataset.Check(folder.Root)).Severity);
    }

    [Fact]
    public void Check_SizeMismatch_IsReported()
    {
        using var folder = new TemporaryFolder();
        folder.WriteImage("a.jpg", 80, 100);
        folder.Write("b.jpg", "not an image");
        var path = folder.Write("set.json", """
            {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}, {"id": 2, "file_name": "b.jpg", "width": 1, "height": 1}],
             "annotations": [], "categories": []}
            """);
        var problems = DetectionDataset.Check(path);
        Assert.Contains("is 80 x 100, but annotated as 100 x 80", problems[0].Reason);
        Assert.Equal((folder.At("b.jpg"), ProblemSeverity.Error), (problems[1].File, problems[1].Severity));
    }
}
