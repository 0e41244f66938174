namespace RetinaSharp.Datasets.Tests;

public sealed class CreateMlReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CreateMlReaderTests() => _folder.WriteImage("a.jpg");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Boxes_AreReadFromCenters()
    {
        _folder.WriteImage("b.jpg");
        var path = Write(Entry("a.jpg", Box("dog", 50, 40, 21, 10.5) + "," + Box("cat", 5, 5, 10, 10)), Entry("b.jpg", ""));
        foreach (var data in new[] { path, _folder.Root })
        {
            var set = DetectionDataset.Open(data);
            Assert.Equal(["a.jpg dog 39.5 34.75 21 10.5", "a.jpg cat 0 0 10 10"], set.Describe());
            Assert.Equal(["cat", "dog"], set.Categories.Select(category => category.Name));
            Assert.Equal(2, set.Images.Count);
            Assert.Empty(set.Problems);
        }
    }

    [Fact]
    public void Open_FilePerSplit_SelectsSplitAndSharesClasses()
    {
        foreach (var (split, label) in new[] { ("train", "x"), ("valid", "y") })
        {
            _folder.WriteImage($"{split}/1.jpg", split == "train" ? 100 : 90);
            _folder.Write($"{split}/_annotations.createml.json", $"[{Entry("1.jpg", Box(label, 5, 5, 10, 10))}]");
        }

        var set = DetectionDataset.Open(_folder.Root + "#val");
        Assert.Equal(["valid/1.jpg y 0 0 10 10"], set.Describe());
        Assert.Equal((90, 2), (set.Images[0].Width, set.Categories.Count));
        Assert.Equal([100, 90], DetectionDataset.Open(_folder.Root).Images.Select(image => image.Width));
    }

    [Fact]
    public void Open_OldNamesOfProperties_AreRead()
    {
        var path = _folder.Write("x.json", """[{"imagefilename": "a.jpg", "annotation": [{"label": "Käfer 🐞", "coordinates": {"x": "5", "y": 5, "width": 2, "height": 4}}]}]""");
        Assert.Equal(["a.jpg Käfer 🐞 4 3 2 4"], DetectionDataset.Open(path).Describe());
    }

    [Theory]
    [InlineData(@"C:\\data\\a.jpg")]
    [InlineData("images/A.JPG")]
    [InlineData("a.png")]
    public void Open_NameOfOtherMachine_FindsImage(string name) =>
        Assert.Equal("a.jpg", DetectionDataset.Open(Write(Entry(name, Box("x", 5, 5, 2, 2)))).Images[0].FileName);

    [Fact]
    public void Open_EmptyLabel_IsSkippedAndCounted()
    {
        var set = DetectionDataset.Open(Write(Entry("a.jpg", Box(" ", 5, 5, 2, 2) + "," + Box("x", 5, 5, 2, 2))));
        Assert.Equal(["a.jpg x 4 4 2 2"], set.Describe());
        Assert.Equal(["1 shapes have no label: skipped"], set.Reasons());
    }

    [Fact]
    public void Open_BoxWithoutArea_IsSkippedWithLocation()
    {
        var problem = Assert.Single(DetectionDataset.Open(Write(Entry("a.jpg", Box("x", 5, 5, 0, 2)))).Problems);
        Assert.Equal("line 1, entry 0, annotations[0]", problem.Location);
    }

    [Theory]
    [InlineData("""[{"image": "a.jpg", "annotations": [""", "line 1: is not valid JSON from here on")]
    [InlineData("""[{"image": "a.jpg", "annotations": [{"label": "x", "coordinates": {"x": NaN}}]}]""", "NaN and Infinity are not valid JSON numbers")]
    [InlineData("""[{"image": 1, "annotations": []}]""", "entry 0, image: is 1 instead of a string")]
    [InlineData("""[{"annotations": [{"label": "x", "coordinates": {}}]}]""", "entry 0: has no \"image\"")]
    [InlineData("""[{"image": "a.jpg", "annotations": {}}]""", "annotations: is an object instead of a list")]
    [InlineData("""[{"image": "a.jpg", "annotations": [{"coordinates": {}}]}]""", "annotations[0]: has no \"label\"")]
    [InlineData("""[{"image": "a.jpg", "annotations": [{"label": "x", "coordinates": [1, 2, 3, 4]}]}]""", "coordinates: is a list instead of an object with \"width\"")]
    [InlineData("""[{"image": "a.jpg", "annotations": [{"label": "x", "coordinates": {"x": 1, "y": 1, "width": 1e300, "height": 1}}]}]""", "width: is 1e300 instead of a number of pixels")]
    public void Open_BadFile_ThrowsWithLocation(string json, string message)
    {
        var path = _folder.Write("x.json", json);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path));
        Assert.Equal(path, exception.File);
        Assert.Contains(message, exception.Message);
        Assert.Contains(DetectionDataset.Check(path), problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(message));
    }

    private static string Box(string label, double x, double y, double width, double height) => FormattableString.Invariant(
        $$$"""{"label": "{{{label}}}", "coordinates": {"x": {{{x}}}, "y": {{{y}}}, "width": {{{width}}}, "height": {{{height}}} }}""");

    private static string Entry(string image, string boxes) => $$"""{"image": "{{image}}", "annotations": [{{boxes}}]}""";

    private string Write(params string[] entries) => _folder.Write("x.json", $"[{string.Join(",\n", entries)}]");
}
