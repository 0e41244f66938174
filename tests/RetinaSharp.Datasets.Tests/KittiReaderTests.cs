namespace RetinaSharp.Datasets.Tests;

public sealed class KittiReaderTests : IDisposable
{
    private const string Tail = " 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Training_GivesBoxesAsWritten()
    {
        foreach (var name in new[] { "training/image_2/000000.png", "training/image_3/000000.png", "testing/image_2/000000.png", "training/image_2/000001.png" })
            _folder.Write(name, ImageBytes.Png(100, 80));
        _folder.Write("training/label_2/000000.txt", "Car 0.00 0 -1.57 40.00 30.50 100.00 80.00" + Tail + "\nPerson_sitting 0 3 1 1 2 3 4" + Tail + " 0.9\n");
        _folder.Write("training/label_2/000001.txt", "");
        foreach (var data in new[] { _folder.Root, _folder.At("training") })
        {
            var set = DetectionDataset.Open(data);
            Assert.Equal(["Car 40 30.5 60 49.5", "Person_sitting 1 2 2 2"], set.Describe().Select(text => text[(text.IndexOf(' ') + 1)..]));
            Assert.Equal([_folder.At("training", "image_2", "000000.png"), _folder.At("training", "image_2", "000001.png")], set.Images.Select(image => image.Path));
            Assert.Empty(set.Problems);
        }
    }

    [Fact]
    public void Open_DontCare_IsSkippedAndCounted()
    {
        _folder.WriteImage("a.jpg");
        _folder.Write("a.txt", "DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10\nCar 0 0 0 1 2 3 4" + Tail);
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal(["a.jpg Car 1 2 2 2"], set.Describe());
        Assert.Equal(["Car"], set.Categories.Select(category => category.Name));
        Assert.Equal(["1 regions are of the type DontCare: skipped"], set.Reasons());
    }

    [Fact]
    public void Open_LabelsBesideImages_WithUnicodeAndTabs()
    {
        _folder.WriteImage("häuser 猫.jpg");
        _folder.Write("häuser 猫.txt", "\uFEFF\r\nKäfer\t0\t0\t0\t1\t2\t3\t4\t0\t0\t0\t0\t0\t0\t0\r\n");
        _folder.Write("readme.txt", "Recorded in 2012.\n");
        Assert.Equal(["häuser 猫.jpg Käfer 1 2 2 2"], DetectionDataset.Open(_folder.Root).Describe());
        Assert.Single(DetectionDataset.Open(_folder.At("häuser 猫.txt")).Images);
    }

    [Fact]
    public void Open_ImagesAndLabelsFolders_AreReadAsKittiNotAsYolo()
    {
        _folder.WriteImage("images/a.jpg");
        _folder.Write("labels/a.txt", "car 0 0 0 1 2 3 4" + Tail);
        Assert.Equal("car", Assert.Single(DetectionDataset.Open(_folder.Root).Categories).Name);
        Assert.Single(DetectionDataset.Open(_folder.At("images"), new() { LabelsDirectory = _folder.At("labels") }).Images);
    }

    [Fact]
    public void Open_SplitFolders_SelectsImages()
    {
        foreach (var split in new[] { "train", "val" })
        {
            _folder.WriteImage($"{split}/image_2/000000.jpg", split == "val" ? 90 : 100);
            _folder.Write($"{split}/label_2/000000.txt", $"{split} 0 0 0 1 2 3 4" + Tail);
        }

        var set = DetectionDataset.Open(_folder.Root + "#val");
        Assert.Equal(90, Assert.Single(set.Images).Width);
        Assert.Equal(2, set.Categories.Count);
        Assert.Equal([100, 90], DetectionDataset.Open(_folder.Root).Images.Select(image => image.Width));
    }

    [Fact]
    public void Open_BoxOverBorder_IsReportedWithLine()
    {
        _folder.WriteImage("a.jpg");
        var path = _folder.Write("a.txt", "Car 0 0 0 1 2 3 4" + Tail + "\nCar 0 0 0 1 2 300 4" + Tail);
        var problem = Assert.Single(DetectionDataset.Open(_folder.Root).Problems);
        Assert.Equal((path, "line 2"), (problem.File, problem.Location));
    }

    [Theory]
    [InlineData("Car 0 0 0 1 2 3", "line 2: has 7 columns; a KITTI label has 15, with a score 16")]
    [InlineData("Car 0 0 0 1 2 x 4" + Tail, "line 2: \"x\" is not a number of pixels")]
    [InlineData("Car 0 0 0 1 2 NaN 4" + Tail, "line 2: \"NaN\" is not a number of pixels")]
    [InlineData("Car 0 0 0 1 2 1e300 4" + Tail, "line 2: \"1e300\" is not a number of pixels")]
    public void Open_BadLine_ThrowsWithLine(string line, string message)
    {
        _folder.WriteImage("a.jpg");
        var path = _folder.Write("a.txt", "Car 0 0 0 1 2 3 4" + Tail + "\n" + line);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root));
        Assert.Equal(path, exception.File);
        Assert.Contains(message, exception.Message);
        Assert.Contains(DetectionDataset.Check(_folder.Root), problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(message));
    }

    [Fact]
    public void Open_MissingImage_Throws()
    {
        _folder.Write("label_2/000000.txt", "Car 0 0 0 1 2 3 4" + Tail);
        Assert.Contains("not found", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root)).Reason);
        Assert.Single(DetectionDataset.Open(_folder.Root, new() { RequireImages = false }).Images);
    }
}
