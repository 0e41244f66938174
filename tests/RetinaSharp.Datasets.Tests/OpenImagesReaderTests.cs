namespace RetinaSharp.Datasets.Tests;

public sealed class OpenImagesReaderTests : IDisposable
{
    private const string Header = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n";

    private readonly TemporaryFolder _folder = new();

    public OpenImagesReaderTests() => _folder.WriteImage("images/000a1249af2bc5f0.jpg");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Boxes_AreScaledAndNamed()
    {
        _folder.Write("class-descriptions-boxable.csv", "/m/01g317,Person\n/m/0k4j,\"Car, small\"\n");
        var path = _folder.Write("train-annotations-bbox.csv", Header
            + "000a1249af2bc5f0,xclick,/m/01g317,1,0.25,0.75,0.1,0.5,0,0,0,0,0\n000a1249af2bc5f0,activemil,/m/0k4j,1,0,1,0,1,-1,1,1,0,0\n");
        foreach (var data in new[] { path, _folder.Root, _folder.Root + "#train" })
        {
            var set = DetectionDataset.Open(data);
            Assert.Equal(["Person 25 8 50 32", "Car, small 0 0 100 80"], set.Describe().Select(text => text[(text.IndexOf(' ') + 1)..]));
            Assert.Equal([false, true], set.Images[0].Annotations.Select(annotation => annotation.IsCrowd));
            Assert.EndsWith("000a1249af2bc5f0.jpg", set.Images[0].FileName);
            Assert.Empty(set.Problems);
        }
    }

    [Fact]
    public void Open_NoDescriptions_UsesIdsAndReports()
    {
        var set = DetectionDataset.Open(_folder.Write("x.csv", Header + Row()));
        Assert.Equal("/m/01g317", Assert.Single(set.Categories).Name);
        Assert.Contains("1 classes are named by their ids, for example \"/m/01g317\"", Assert.Single(set.Problems).Reason);
    }

    [Fact]
    public void Open_DescriptionsElsewhereWithHeader_AreFound()
    {
        _folder.Write("metadata/oidv7-class-descriptions-boxable.csv", "LabelName,DisplayName\n/m/01g317,Käfer 🐞\n");
        var set = DetectionDataset.Open(_folder.Write("labels/detections.csv", Header + Row()), new() { ImagesDirectory = _folder.At("images") });
        Assert.Equal("Käfer 🐞", Assert.Single(set.Categories).Name);
    }

    [Fact]
    public void Open_Splits_AreInFileNames()
    {
        _folder.WriteImage("validation/b.jpg");
        _folder.Write("oidv6-train-annotations-bbox.csv", Header + Row());
        _folder.Write("validation-annotations-bbox.csv", Header + Row(id: "b", label: "/m/2"));
        _folder.Write("validation-images-with-rotation.csv", "ImageID,Subset,OriginalURL\nb,validation,http://x\n");
        var set = DetectionDataset.Open(_folder.Root + "#val");
        Assert.Equal("validation/b.jpg", Assert.Single(set.Images).FileName);
        Assert.Equal(2, set.Categories.Count);
        Assert.Single(DetectionDataset.Open(_folder.Root + "#train").Images);
    }

    [Fact]
    public void Open_ColumnsInOtherOrder_AreFoundByName() =>
        Assert.Equal(["000a1249af2bc5f0.jpg /m/1 25 8 50 32"],
            DetectionDataset.Open(_folder.Write("x.csv", "XMin,YMin,XMax,YMax,LabelName,ImageID\r\n.25,.1,.75,.5,/m/1,000a1249af2bc5f0\r\n")).Describe());

    [Fact]
    public void Open_PngImage_IsFoundWithOtherExtension()
    {
        _folder.Write("images/c.png", ImageBytes.Png(100, 80));
        Assert.Equal("c.png", DetectionDataset.Open(_folder.Write("x.csv", Header + Row(id: "c"))).Images[0].FileName);
    }

    [Theory]
    [InlineData("000a1249af2bc5f0,x,/m/1,1,0.25", "line 2: YMin \"\" is not a fraction of the image")]
    [InlineData("000a1249af2bc5f0,x,/m/1,1,NaN,0.5,0,1", "line 2: XMin \"NaN\" is not a fraction")]
    [InlineData("000a1249af2bc5f0,x,/m/1,1,0,1e300,0,1", "line 2: XMax \"1e300\" is not a fraction")]
    [InlineData(",x,/m/1,1,0,1,0,1", "line 2: has no ImageID")]
    [InlineData("000a1249af2bc5f0,x,,1,0,1,0,1", "line 2: has no LabelName")]
    [InlineData("\"000a1249af2bc5f0,x,/m/1", "line 2: a quoted field is not closed")]
    public void Open_BadRow_ThrowsWithLine(string row, string message)
    {
        var path = _folder.Write("x.csv", Header + row);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path));
        Assert.Equal(path, exception.File);
        Assert.Contains(message, exception.Message);
        Assert.Contains(DetectionDataset.Check(path), problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(message));
    }

    [Fact]
    public void Open_BoxOutsideOfImage_IsReportedWithLine()
    {
        var set = DetectionDataset.Open(_folder.Write("x.csv", Header + Row() + "000a1249af2bc5f0,x,/m/01g317,1,2,3,0,1,0,0,0,0,0\n"));
        Assert.Single(set.Images[0].Annotations);
        Assert.Contains(set.Problems, problem => problem.Location == "line 3" && problem.Reason.Contains("is outside of the image"));
    }

    private static string Row(string id = "000a1249af2bc5f0", string label = "/m/01g317") => $"{id},xclick,{label},1,0.25,0.75,0.1,0.5,0,0,0,0,0\n";
}
