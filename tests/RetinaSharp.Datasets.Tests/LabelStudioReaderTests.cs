namespace RetinaSharp.Datasets.Tests;

public sealed class LabelStudioReaderTests : IDisposable
{
    private const string Size = """ "original_width": 200, "original_height": 100, "type": """;

    private readonly TemporaryFolder _folder = new();

    public LabelStudioReaderTests() => _folder.WriteImage("images/a.jpg", 200, 100);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Rectangles_AreReadFromPercent()
    {
        _folder.WriteImage("images/b.jpg", 50, 40);
        var path = Write(Task("a.jpg", Rectangle("dog", 25, 25, 37.5, 41) + "," + Rectangle("cat", 0, 0, 10, 10)), Task("b.jpg", ""));
        foreach (var data in new[] { path, _folder.Root })
        {
            var set = DetectionDataset.Open(data);
            Assert.Equal(["a.jpg dog 50 25 75 41", "a.jpg cat 0 0 20 10"], set.Describe());
            Assert.Equal([(200, 100), (50, 40)], set.Images.Select(image => (image.Width, image.Height)));
            Assert.Empty(set.Problems);
        }
    }

    [Theory]
    [InlineData("/data/upload/1/0a1b2c3d-a.jpg", true)]
    [InlineData("/data/upload/1/0a1b-a.jpg", true)]
    [InlineData("0a1b2c3d-a.jpg", true)]
    [InlineData("/data/upload/a.jpg", true)]
    [InlineData("/data/local-files/?d=images/a.jpg", false)]
    [InlineData("/data/local-files/?d=images%2Fa.jpg", false)]
    [InlineData("https://example.org:80/x/a.jpg?token=a/b#c", true)]
    [InlineData("s3://bucket/images/a.jpg", false)]
    [InlineData(@"C:\\pictures\\a.jpg", true)]
    [InlineData("a.jpg", false)]
    public void Open_Address_FindsImage(string address, bool reported)
    {
        var set = DetectionDataset.Open(Write(Task(address, Rectangle("x", 1, 2, 3, 4))));
        Assert.Equal(["a.jpg x 2 2 6 4"], set.Describe());
        Assert.Equal(reported, set.Problems.Any(problem => problem.Reason.Contains("file names of images")));
    }

    [Fact]
    public void Open_NameWithHyphen_HasPriorityOverNameWithoutPrefix()
    {
        _folder.WriteImage("images/0a1b2c3d-a.jpg", 30, 30);
        Assert.Equal("0a1b2c3d-a.jpg", DetectionDataset.Open(Write(Task("/data/upload/1/0a1b2c3d-a.jpg", ""))).Images[0].FileName);
    }

    [Fact]
    public void Open_OtherRegions_GivesBoundingBoxesAndCountsThem()
    {
        var path = Write(Task("a.jpg", string.Join(",",
            $$$"""{{{{Size}}}"polygonlabels", "value": {"points": [[10, 20], [30, 20], [20, 60]], "polygonlabels": ["x"]}}""",
            $$$"""{{{{Size}}}"ellipselabels", "value": {"x": 50, "y": 50, "radiusX": 10, "radiusY": 5, "ellipselabels": ["x"]}}""",
            $$$"""{{{{Size}}}"ellipselabels", "value": {"x": 50, "y": 50, "radiusX": 10, "radiusY": 5, "rotation": 90, "ellipselabels": ["x"]}}""",
            $$$"""{{{{Size}}}"keypointlabels", "value": {"x": 50, "y": 50, "width": 1, "keypointlabels": ["x"]}}""",
            $$$"""{{{{Size}}}"timelabels", "value": {"start": 50, "timelabels": ["x"]}}""",
            $$$"""{{{{Size}}}"rectanglelabels", "value": {"x": 1, "y": 1, "width": 1, "height": 1, "rectanglelabels": []}}""",
            $$$"""{{{{Size}}}"rectanglelabels", "value": {"x": 1, "y": 1, "width": 2, "height": 2, "rectanglelabels": ["x", "y"]}}""",
            """{"type": "choices", "value": {"choices": ["good"]}}""")));
        var set = DetectionDataset.Open(path);
        Assert.Equal(["a.jpg x 20 20 40 40", "a.jpg x 80 45 40 10", "a.jpg x 95 30 10 40", "a.jpg x 2 1 4 2"], set.Describe());
        Assert.Equal(
            [
                "3 shapes are polygons, circles or other outlines: using their bounding boxes",
                "1 shapes are points or lines without an area: skipped",
                "1 regions are not boxes, polygons, ellipses or brush masks: skipped",
                "1 shapes have no label: skipped",
                "1 shapes have several labels: using the first one of each",
            ],
            set.Reasons());
    }

    [Theory]
    [InlineData(90, "a.jpg x 10 20 20 40")]
    [InlineData(-90, "a.jpg x 30 -20 20 40")]
    public void Open_RotatedRectangle_RotatesAboutTopLeftCorner(int rotation, string expected)
    {
        var path = Write(Task("a.jpg", $$$"""{{{{Size}}}"rectanglelabels", "value": {"x": 15, "y": 20, "width": 20, "height": 20, "rotation": {{{rotation}}}, "rectanglelabels": ["x"]}}"""));
        var set = DetectionDataset.Open(path);
        Assert.Equal([expected], set.Describe());
        Assert.Contains("1 boxes are rotated: using the upright boxes that enclose them", set.Reasons());
    }

    [Fact]
    public void Open_SeparateLabelTool_JoinsResultsById()
    {
        var path = Write(Task("a.jpg",
            $$$"""{"id": "r1",{{{Size}}}"rectangle", "value": {"x": 10, "y": 20, "width": 5, "height": 10}}, {"id": "r1",{{{Size}}}"labels", "value": {"x": 10, "y": 20, "width": 5, "height": 10, "labels": ["x"]}}"""));
        var set = DetectionDataset.Open(path);
        Assert.Equal(["a.jpg x 20 20 10 10"], set.Describe());
        Assert.Empty(set.Problems);
    }

    [Theory]
    [InlineData("annotations")]
    [InlineData("completions")]
    public void Open_SeveralAnnotations_UsesLastThatIsNotCancelled(string name)
    {
        string Result(string label, string cancelled) => $$"""{"was_cancelled": {{cancelled}}, "result": [{{Rectangle(label, 10, 10, 10, 10)}}]}""";
        _folder.WriteImage("images/b.jpg");
        _folder.WriteImage("images/c.jpg");
        var path = _folder.Write("export.json", $$"""
            [{"id": 1, "data": {"image": "a.jpg"}, "{{name}}": [{{Result("one", "false")}}, {{Result("two", "false")}}, {{Result("three", "true")}}]},
             {"id": 2, "data": {"image": "b.jpg"}, "{{name}}": [{{Result("four", "true")}}]},
             {"id": 3, "data": {"image": "c.jpg"}, "predictions": [{{Result("five", "false")}}]}]
            """);
        var set = DetectionDataset.Open(path);
        Assert.Equal(["a.jpg two 20 10 20 10"], set.Describe());
        Assert.Equal(
            [
                "1 tasks have several annotations: using the last one of each that was not cancelled",
                "2 tasks have no annotation that was not cancelled: skipped",
            ],
            set.Reasons());
    }

    [Fact]
    public void Open_JsonMin_GivesSameBoxes()
    {
        _folder.WriteImage("images/b.jpg");
        var path = _folder.Write("export.json", """
            [{"image": "/data/upload/a.jpg", "id": 1, "annotator": 1, "created_at": "2024", "choice": "good", "tags": ["p", "q"],
              "box": [{"x": 10, "y": 20, "width": 5, "height": 10, "rotation": 0, "rectanglelabels": ["Käfer 🐞"], "original_width": 200, "original_height": 100}]},
             {"image": "b.jpg", "id": 2}]
            """);
        var set = DetectionDataset.Open(path);
        Assert.Equal(["a.jpg Käfer 🐞 20 20 10 10"], set.Describe());
        Assert.Equal(2, set.Images.Count);
    }

    [Fact]
    public void Open_FilePerTask_ReadsFolder()
    {
        _folder.WriteImage("images/b.jpg");
        _folder.Write("tasks/1.json", Task("a.jpg", Rectangle("x", 10, 10, 10, 10)));
        _folder.Write("tasks/2.json", Task("b.jpg", Rectangle("x", 10, 10, 10, 10)));
        Assert.Equal(["a.jpg x 20 10 20 10", "b.jpg x 20 10 20 10"], DetectionDataset.Open(_folder.Root).Describe());
    }

    [Fact]
    public void Open_OtherKeyWithoutSize_ReadsSizeFromImage()
    {
        var path = _folder.Write("export.json", """
            [{"data": {"text": "hello", "photo": "a.jpg"}, "annotations": [{"result": [{"type": "rectanglelabels", "value": {"x": 10, "y": 20, "width": 5, "height": 10, "rectanglelabels": ["x"]}}]}]}]
            """);
        Assert.Equal(["a.jpg x 20 20 10 10"], DetectionDataset.Open(path).Describe());
    }

    [Fact]
    public void Open_BrushMask_GivesBoundsOfOpaquePixels()
    {
        // 4 x 3 pixels in RGBA. The pixels from (1, 1) to (2, 1) are opaque: bytes 20 to 27 are 255.
        _folder.WriteImage("images/m.png", 4, 3);
        var bits = "".PadLeft(26, '0') + "110000" + "00111" + "0111" + "0111" + "0111" + "0111"
            + "1" + "00" + "00010011" + "00000000" + "1" + "00" + "00000111" + "11111111" + "1" + "00" + "00010011" + "00000000";
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '0');
        var bytes = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2));
        string Brush(string runs) => Task("m.png", $$$"""{"original_width": 4, "original_height": 3, "type": "brushlabels", "value": {"format": "rle", "rle": [{{{runs}}}], "brushlabels": ["x"]}}""");
        Assert.Equal(["m.png x 1 1 2 1"], DetectionDataset.Open(Write(Brush(string.Join(",", bytes)))).Describe());
        Assert.Contains("rle: the brush mask is empty or invalid", Assert.Throws<DatasetException>(() => DetectionDataset.Open(Write(Brush("255,255,255,255,255,255,255,255")))).Message);
        Assert.Contains("rle[0]: is not a byte", Assert.Throws<DatasetException>(() => DetectionDataset.Open(Write(Brush("256")))).Message);
    }

    [Theory]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [""", "line 1: is not valid JSON from here on")]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"value": {"x": NaN}}]}]}]""", "NaN and Infinity are not valid JSON numbers")]
    [InlineData("[{\"data\": {\"image\": \"a.jpg\"}, \"annotations\": []},\n 5]", "line 2, entry 1: is not an object")]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": 5}]""", "entry 0, annotations: is 5 instead of a list")]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [12]}]""", "entry 0, annotations[0]: is 12 instead of an object with \"result\"")]
    [InlineData("""[{"data": {"image": 7}, "annotations": [{"result": []}]}]""", "entry 0, data: names no image")]
    [InlineData("""[{"data": {"image": ""}, "annotations": [{"result": []}]}]""", "entry 0, data, image: is empty")]
    [InlineData("""[{"data": {"image": "data:image/png;base64,AA"}, "annotations": [{"result": []}]}]""", "the image is contained in the file")]
    [InlineData("""[{"annotations": [{"result": []}]}]""", "entry 0: has no \"data\"")]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"value": {"x": 1, "y": 1, "width": 1, "height": "b", "rectanglelabels": ["x"]}}]}]}]""", "result[0], value, height: is \"b\" instead of a number")]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"value": {"x": 1, "y": 1, "width": 1e400, "height": 1, "rectanglelabels": ["x"]}}]}]}]""", "result[0], value, width: is 1e400 instead of a number")]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"value": {"x": 1, "y": 1, "width": 1, "height": 1, "rotation": 5, "rectanglelabels": ["x"]}}]}]}]""", "result[0]: has no valid original_width, which rotated regions")]
    [InlineData("""[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"value": {"points": [[1, 2], [3]], "polygonlabels": ["x"]}}]}]}]""", "points[1]: has fewer than 2 numbers")]
    public void Open_BadFile_ThrowsWithLocation(string json, string message)
    {
        var path = _folder.Write("export.json", json);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path));
        Assert.Equal(path, exception.File);
        Assert.Contains(message, exception.Message);
        Assert.Contains(DetectionDataset.Check(path), problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(message));
    }

    [Fact]
    public void Open_DeepNesting_Throws()
    {
        var path = _folder.Write("export.json", """[{"data": {"image": "a.jpg"}, "annotations": """ + new string('[', 100_000));
        Assert.Contains("is nested too deeply", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
    }

    private static string Rectangle(string label, double x, double y, double width, double height) => FormattableString.Invariant(
        $$$"""{{{{Size}}}"rectanglelabels", "value": {"x": {{{x}}}, "y": {{{y}}}, "width": {{{width}}}, "height": {{{height}}}, "rotation": 0, "rectanglelabels": ["{{{label}}}"]}}""");

    private static string Task(string image, string results) => $$$"""{"id": 1, "annotations": [{"id": 1, "result": [{{{results}}}]}], "data": {"image": "{{{image}}}"}}""";

    private string Write(params string[] tasks) => _folder.Write("export.json", $"[{string.Join(",\n", tasks)}]");
}
