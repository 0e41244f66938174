namespace RetinaSharp.Datasets.Tests;

public sealed class LabelMeReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LabelMeReaderTests() => _folder.WriteImage("a.jpg");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Folder_GivesBoxesOfRectangles()
    {
        _folder.WriteImage("b.jpg");
        Write("a", Shape("dog", "[[40, 30.5], [10, 70]]") + "," + Shape("cat", "[[1, 2], [3, 4]]", more: """, "group_id": 3, "flags": {"difficult": true}"""));
        Write("b", "");
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal(["cat", "dog"], set.Categories.Select(category => category.Name));
        Assert.Equal(["a.jpg dog 10 30.5 30 39.5", "a.jpg cat 1 2 2 2"], set.Describe());
        Assert.Equal([false, true], set.Images[0].Annotations.Select(annotation => annotation.IsDifficult));
        Assert.Equal(2, set.Images.Count);
        Assert.Empty(set.Problems);
    }

    [Fact]
    public void Open_OneFile_GivesOneImage() =>
        Assert.Equal(["a.jpg dog 1 2 3 4"], DetectionDataset.Open(Write("a", Shape("dog", "[[1, 2], [4, 6]]"))).Describe());

    [Fact]
    public void Open_OtherShapes_GivesBoundingBoxesAndCountsThem()
    {
        Write("a", string.Join(",",
            Shape("x", "[[5, 6], [20, 10], [8, 30]]", "polygon"),
            Shape("x", "[[50, 40], [53, 44]]", "circle"),
            Shape("x", "[[1, 1]]", "point"),
            Shape("x", "[[1, 1], [9, 9]]", "line"),
            Shape("x", "[[1, 1], [9, 9], [4, 2]]", "linestrip"),
            Shape("x", "[[2, 3], [12, 3], [12, 13], [2, 13]]", "rectangle"),
            Shape("x", "[[7, 8], [17, 28]]", "mask"),
            """{"label": "x", "points": [[1, 1], [5, 1], [5, 7]]}"""));
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal(["a.jpg x 5 6 15 24", "a.jpg x 45 35 10 10", "a.jpg x 2 3 10 10", "a.jpg x 7 8 10 20", "a.jpg x 1 1 4 6"], set.Describe());
        Assert.Equal(
            ["4 shapes are polygons, circles or other outlines: using their bounding boxes", "3 shapes are points or lines without an area: skipped"],
            set.Reasons());
    }

    [Theory]
    [InlineData(@"C:\\Users\\x\\pictures\\a.jpg")]
    [InlineData(@"..\\images\\a.jpg")]
    [InlineData("/data/x/a.jpg")]
    [InlineData("")]
    public void Open_PathOfOtherMachine_UsesImageBesideFile(string imagePath)
    {
        Write("a", Shape("x", "[[1, 2], [4, 6]]"), imagePath);
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal(["a.jpg x 1 2 3 4"], set.Describe());
        Assert.Empty(set.Problems);
    }

    [Fact]
    public void Open_JsonInOwnFolderWithoutSize_FindsImageAndSize()
    {
        _folder.WriteImage("images/häuser 猫.jpg", 64, 48);
        _folder.Write("json/häuser 猫.json", """{"imageData": "AAAA", "shapes": [{"label": "Käfer 🐞", "points": [[1, 2], [4, 6]], "shape_type": "rectangle"}], "imagePath": "häuser 猫.jpg"}""");
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal("Käfer 🐞", Assert.Single(set.Categories).Name);
        Assert.Equal((64, 48), (set.Images[0].Width, set.Images[0].Height));
        Assert.Equal("häuser 猫.jpg", set.Images[0].FileName.Split('/')[^1]);
        Assert.Empty(set.Problems);
        Assert.Single(DetectionDataset.Open(_folder.At("json"), new() { ImagesDirectory = _folder.At("images") }).Images);
        Assert.Single(DetectionDataset.Open(_folder.At("json")).Images);
    }

    [Fact]
    public void Open_SplitFolders_SelectsImagesAndSharesClasses()
    {
        foreach (var (split, label) in new[] { ("train", "x"), ("val", "y") })
        {
            _folder.WriteImage($"{split}/1.jpg");
            Write($"{split}/1", Shape(label, "[[1, 2], [4, 6]]"), "1.jpg");
        }

        var set = DetectionDataset.Open(_folder.Root + "#valid");
        Assert.Equal(["val/1.jpg y 1 2 3 4"], set.Describe());
        Assert.Equal(2, set.Categories.Count);
        Assert.Equal(2, DetectionDataset.Open(_folder.Root).Images.Count);
        Assert.Contains("has no split \"test\"", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#test")).Message);
    }

    [Theory]
    [InlineData("""{"shapes": [""", "a.json: line 1: is not valid JSON from here on; is the file complete?")]
    [InlineData("""{"shapes": [{"label": "x", "points": [[1, NaN], [2, 3]]}]}""", "a.json: line 1: NaN and Infinity are not valid JSON numbers")]
    [InlineData("""{"shapes": 1}""", "a.json: shapes: is 1 instead of a list")]
    [InlineData("""{"imagePath": "a.jpg"}""", "a.json: has no \"shapes\"")]
    [InlineData("""{"shapes": [{"label": 5, "points": []}]}""", "shapes[0], label: is 5 instead of a string")]
    [InlineData("""{"shapes": [{"points": [[1, 2], [3, 4]]}]}""", "shapes[0]: has no \"label\"")]
    [InlineData("""{"shapes": [{"label": "x", "points": [[1, 2]], "shape_type": "rectangle"}]}""", "shapes[0], points: has 1 points; a rectangle has at least 2")]
    [InlineData("""{"shapes": [{"label": "x", "points": [[1, 2], [3]]}]}""", "shapes[0], points[1]: has fewer than 2 numbers")]
    [InlineData("""{"shapes": [{"label": "x", "points": [[1, 2], [3, "z"]]}]}""", "shapes[0], points[1][1]: is \"z\" instead of a number of pixels")]
    [InlineData("""{"shapes": [{"label": "x", "points": [[1, 2], [3, 1e999]]}]}""", "shapes[0], points[1][1]: is 1e999 instead of a number of pixels")]
    [InlineData("""{"shapes": [{"label": "\ud800", "points": [[1, 2], [3, 4]]}]}""", "shapes[0], label: is not valid Unicode")]
    [InlineData("""{"shapes": []} x""", "a.json: line 1: is not valid JSON")]
    public void Open_BadFile_ThrowsWithLocation(string json, string message)
    {
        var path = _folder.Write("a.json", json);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root));
        Assert.Equal(path, exception.File);
        Assert.Contains(message, exception.Message);
        Assert.Contains(DetectionDataset.Check(_folder.Root), problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(message));
    }

    [Fact]
    public void Open_DeepNesting_Throws()
    {
        _folder.Write("a.json", "{\"shapes\": " + new string('[', 100_000));
        Assert.Contains("is nested too deeply", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root)).Message);
    }

    [Fact]
    public void Check_BadShapes_CollectsAllErrors()
    {
        Write("a", Shape("x", "5") + "," + Shape("x", "[[1, 2], [3, 4]]") + "," + Shape("x", "[[1, 2], [null, 4]]"));
        Assert.Equal(["shapes[0], points", "shapes[2], points[1][0]"], DetectionDataset.Check(_folder.Root).Select(problem => problem.Location));
    }

    private static string Shape(string label, string points, string type = "rectangle", string more = "") =>
        $$"""{"label": "{{label}}", "points": {{points}}, "shape_type": "{{type}}"{{more}}}""";

    private string Write(string stem, string shapes, string? imagePath = null) => _folder.Write(stem + ".json",
        $$"""{"version": "5.2.1", "flags": {}, "shapes": [{{shapes}}], "imagePath": "{{imagePath ?? stem + ".jpg"}}", "imageData": null, "imageHeight": 80, "imageWidth": 100}""");
}
