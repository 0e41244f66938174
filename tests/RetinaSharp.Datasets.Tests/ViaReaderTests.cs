namespace RetinaSharp.Datasets.Tests;

public sealed class ViaReaderTests : IDisposable
{
    private const string CsvHeader = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n";

    private readonly TemporaryFolder _folder = new();

    public ViaReaderTests() => _folder.WriteImage("a.jpg");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"0\":", "}")]
    public void Open_Export_GivesBoxesAsWritten(string start, string end)
    {
        _folder.WriteImage("b.jpg");
        var path = Write(Entry("a.jpg", start + Region(Rect(40, 30.5, 60, 49.5), """{"class": "dog"}""") + end), Entry("b.jpg", start == "[" ? "[]" : "{}"));
        foreach (var data in new[] { path, _folder.Root })
        {
            var set = DetectionDataset.Open(data);
            Assert.Equal(["a.jpg dog 40 30.5 60 49.5"], set.Describe());
            Assert.Equal(2, set.Images.Count);
            Assert.Empty(set.Problems);
        }
    }

    [Fact]
    public void Open_Project_ReadsEntries()
    {
        var entry = Entry("a.jpg", "[" + Region(Rect(1, 2, 3, 4), """{"name": "Käfer 🐞"}""") + "]");
        var path = _folder.Write("project.json", $$"""
            {"_via_settings": {"ui": {}, "core": {"default_filepath": "./images/"} }, "_via_img_metadata": { {{entry}} },
             "_via_attributes": {"region": {"name": {"type": "text"} }, "file": {} }, "_via_image_id_list": ["x"]}
            """);
        Assert.Equal(["a.jpg Käfer 🐞 1 2 3 4"], DetectionDataset.Open(path).Describe());
    }

    [Fact]
    public void Open_Version3_ReadsFilesViewsAndMetadata()
    {
        _folder.WriteImage("b.jpg");
        var path = _folder.Write("project.json", Version3("""
            "m1": {"vid": "1", "flg": 0, "z": [], "xy": [2, 1, 2.5, 3, 4], "av": {"1": "0"}},
            "m2": {"vid": "1", "flg": 0, "z": [], "xy": [7, 5, 6, 20, 10, 8, 30], "av": {"1": "1"}},
            "m3": {"vid": "1", "flg": 0, "z": [], "xy": [1, 5, 6], "av": {"1": "1"}},
            "m4": {"vid": "2", "flg": 0, "z": [], "xy": [3, 50, 40, 10], "av": {"1": "typed"}},
            "m5": {"vid": "2", "flg": 0, "z": [], "xy": [], "av": {"1": "1"}},
            "m6": {"vid": "3", "flg": 0, "z": [1.5], "xy": [2, 1, 2, 3, 4], "av": {"1": "1"}}
            """));
        var set = DetectionDataset.Open(path);
        Assert.Equal(["a.jpg dog 1 2.5 3 4", "a.jpg Käfer 5 6 15 24", "b.jpg typed 40 30 20 20"], set.Describe());
        Assert.Equal(
            [
                "1 files are videos or sounds: skipped",
                "2 shapes are polygons, circles or other outlines: using their bounding boxes",
                "1 shapes are points or lines without an area: skipped",
            ],
            set.Reasons());
    }

    [Theory]
    [InlineData("\"m\": {\"xy\": [2, 1]}", "metadata, m: has no \"vid\"")]
    [InlineData("\"m\": {\"vid\": \"1\", \"xy\": [2, 1]}", "metadata, m: xy is not the number of a shape")]
    [InlineData("\"m\": {\"vid\": \"1\", \"xy\": [99, 1, 2, 3, 4]}", "metadata, m: xy is not the number of a shape")]
    [InlineData("\"m\": {\"vid\": \"1\", \"xy\": [2, 1, 2, 1e300, 4]}", "metadata, m, xy[3]: is 1e300 instead of a number of pixels")]
    [InlineData("\"m\": {", "is not valid JSON from here on")]
    public void Open_BadVersion3_ThrowsWithLocation(string metadata, string message)
    {
        _folder.WriteImage("b.jpg");
        Fails(_folder.Write("project.json", metadata.EndsWith('{') ? Version3("")[..200] : Version3(metadata)), message);
    }

    [Fact]
    public void Open_OtherShapes_GivesBoundingBoxesAndCountsThem()
    {
        string[] shapes =
        [
            """{"name": "polygon", "all_points_x": [5, 20, 8], "all_points_y": [6, 10, 30]}""",
            """{"name": "circle", "cx": 50, "cy": 40, "r": 10.5}""",
            """{"name": "ellipse", "cx": 50, "cy": 40, "rx": 10, "ry": 5}""",
            """{"name": "ellipse", "cx": 50, "cy": 40, "rx": 10, "ry": 5, "theta": 1.5707963267948966}""",
            """{"name": "point", "cx": 50, "cy": 40}""",
            """{"name": "polyline", "all_points_x": [5, 20], "all_points_y": [6, 10]}""",
        ];
        var set = DetectionDataset.Open(Write(Entry("a.jpg", "[" + string.Join(",", shapes.Select(shape => Region(shape, """{"x": "y"}"""))) + "]")));
        Assert.Equal(["a.jpg y 5 6 15 24", "a.jpg y 39.5 29.5 21 21", "a.jpg y 40 35 20 10", "a.jpg y 45 30 10 20"], set.Describe());
        Assert.Equal(["4 shapes are polygons, circles or other outlines: using their bounding boxes", "2 shapes are points or lines without an area: skipped"], set.Reasons());
    }

    [Theory]
    [InlineData("""{"thing": "dog"}""", "dog", "")]
    [InlineData("""{"color": "red", "Label": "dog"}""", "dog", "")]
    [InlineData("""{"color": "red", "size": "big"}""", "red", "the attributes are color, size: using \"color\" as the class")]
    [InlineData("""{"type": {"cat": false, "dog": true}}""", "dog", "")]
    [InlineData("""{"type": {"cat": true, "dog": true}}""", "cat", "1 shapes have several labels: using the first one of each")]
    [InlineData("""{"type": 7}""", "7", "")]
    [InlineData("{}", "object", "1 shapes have no label, as all in this file: using the class \"object\"")]
    public void Open_Attributes_GiveClass(string attributes, string expected, string warning)
    {
        var set = DetectionDataset.Open(Write(Entry("a.jpg", "[" + Region(Rect(1, 2, 3, 4), attributes) + "]")));
        Assert.Equal([$"a.jpg {expected} 1 2 3 4"], set.Describe());
        Assert.Equal(warning.Length == 0 ? 0 : 1, set.Problems.Count);
        Assert.StartsWith(warning, set.Problems.Select(problem => problem.Reason).FirstOrDefault(""));
    }

    [Fact]
    public void Open_RegionWithoutLabelAmongOthers_IsSkipped()
    {
        var set = DetectionDataset.Open(Write(Entry("a.jpg", "[" + Region(Rect(1, 2, 3, 4), """{"class": "x"}""") + "," + Region(Rect(1, 2, 3, 4), """{"class": ""}""") + "]")));
        Assert.Single(set.Images[0].Annotations);
        Assert.Equal(["1 shapes have no label: skipped"], set.Reasons());
    }

    [Fact]
    public void Open_Csv_GivesSameBoxes()
    {
        _folder.WriteImage("häuser 猫.jpg");
        var path = _folder.Write("via.csv", "\uFEFF" + CsvHeader.Replace("\n", "\r\n")
            + "a.jpg,123,\"{}\",2,0,\"{\"\"name\"\":\"\"rect\"\",\"\"x\"\":1,\"\"y\"\":2,\"\"width\"\":3,\"\"height\"\":4}\",\"{\"\"class\"\":\"\"a, b\"\"}\"\r\n"
            + "häuser 猫.jpg,123,\"{}\",0,0,\"{}\",\"{}\"\r\n"
            + "a.jpg,123,\"{}\",2,1,\"{\"\"name\"\":\"\"circle\"\",\"\"cx\"\":50,\"\"cy\"\":40,\"\"r\"\":10}\",\"{\"\"class\"\":\"\"dog\"\"}\"\r\n");
        foreach (var data in new[] { path, _folder.Root })
        {
            var set = DetectionDataset.Open(data);
            Assert.Equal(["a.jpg a, b 1 2 3 4", "a.jpg dog 40 30 20 20"], set.Describe());
            Assert.Equal(["a.jpg", "häuser 猫.jpg"], set.Images.Select(image => image.FileName));
        }
    }

    [Theory]
    [InlineData(@"C:\\data\\a.jpg")]
    [InlineData("http://example.org/images/a.jpg")]
    [InlineData("./images/A.JPG")]
    public void Open_PathOfOtherMachine_FindsImage(string fileName) =>
        Assert.Equal("a.jpg", DetectionDataset.Open(Write(Entry(fileName, "[]"))).Images[0].FileName);

    [Theory]
    [InlineData("""{"a.jpg1": {"filename": "a.jpg", "regions": [""", "line 1: is not valid JSON from here on")]
    [InlineData("""{"a.jpg1": {"filename": "a.jpg", "regions": [{"shape_attributes": {"name": "rect", "x": NaN}}]}}""", "NaN and Infinity are not valid JSON numbers")]
    [InlineData("""{"a.jpg1": {"filename": 1, "regions": []}}""", "entry \"a.jpg1\", filename: is 1 instead of a string")]
    [InlineData("""{"a.jpg1": {"filename": "a.jpg", "regions": 5}}""", "entry \"a.jpg1\", regions: is 5 instead of a list")]
    [InlineData("""{"a.jpg1": {"filename": "a.jpg", "regions": [5]}}""", "regions[0]: is 5 instead of an object with \"shape_attributes\"")]
    [InlineData("""{"a.jpg1": {"filename": "a.jpg", "regions": [{"shape_attributes": {"name": "star"}}]}}""", "regions[0], shape_attributes, name: \"star\" is not a shape")]
    [InlineData("""{"a.jpg1": {"filename": "a.jpg", "regions": [{"shape_attributes": {"name": "rect", "x": "a", "y": 1, "width": 1, "height": 1}}]}}""", "x: is \"a\" instead of a number of pixels")]
    [InlineData("""{"a.jpg1": {"filename": "a.jpg", "regions": [{"shape_attributes": {"name": "rect", "x": 1e300, "y": 1, "width": 1, "height": 1}}]}}""", "x: is 1e300 instead of a number of pixels")]
    [InlineData("""{"a.jpg1": {"filename": "a.jpg", "regions": [{"shape_attributes": {"name": "polygon", "all_points_x": [1], "all_points_y": []}}]}}""", "all_points_x: has 1 numbers, all_points_y has 0")]
    public void Open_BadFile_ThrowsWithLocation(string json, string message) => Fails(_folder.Write("via.json", json), message);

    [Theory]
    [InlineData("a.jpg,1,{},1,0,\"{\"\"name\"\":\"\"rect\"\"}\"", "line 2: has no \"x\"")]
    [InlineData("a.jpg,1,{},1,0,\"{\"\"name\"\"", "line 2: a quoted field is not closed")]
    [InlineData("a.jpg,1,{},1,0,\"{x}\",{}", "line 2: the attributes are not valid JSON")]
    [InlineData("a.jpg,1,{},1,0,\"{\"\"name\"\":\"\"\\ud800\"\"}\",{}", "line 2, name: is not valid Unicode")]
    [InlineData(",1,{},1,0,{},{}", "line 2: has no file name")]
    public void Open_BadCsv_ThrowsWithLine(string row, string message) => Fails(_folder.Write("via.csv", CsvHeader + row), message);

    [Fact]
    public void Open_DeepNesting_Throws()
    {
        var path = _folder.Write("via.json", """{"a.jpg1": {"filename": "a.jpg", "regions": """ + new string('[', 100_000));
        Assert.Contains("is nested too deeply", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
    }

    private static void Fails(string path, string message)
    {
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path));
        Assert.Equal(path, exception.File);
        Assert.Contains(message, exception.Message);
        Assert.Contains(DetectionDataset.Check(path), problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(message));
    }

    private static string Version3(string metadata) => $$"""
        {"project": {"pid": "x", "data_format_version": "3.1.1", "vid_list": ["1", "2", "3"]}, "config": {"ui": {} },
         "attribute": {"1": {"aname": "class", "anchor_id": "FILE1_Z0_XY1", "type": 4, "options": {"0": "dog", "1": "Käfer"} } },
         "file": {"1": {"fid": "1", "fname": "a.jpg", "type": 2, "loc": 1, "src": ""}, "2": {"fid": 2, "fname": "b.jpg", "type": 2}, "3": {"fid": 3, "fname": "c.mp4", "type": 4} },
         "metadata": { {{metadata}} }, "view": {"1": {"fid_list": ["1"]}, "2": {"fid_list": [2]}, "3": {"fid_list": [3]} } }
        """;

    private static string Rect(double x, double y, double width, double height) =>
        FormattableString.Invariant($$"""{"name": "rect", "x": {{x}}, "y": {{y}}, "width": {{width}}, "height": {{height}}}""");

    private static string Region(string shape, string attributes) => $$"""{"shape_attributes": {{shape}}, "region_attributes": {{attributes}} }""";

    private static string Entry(string fileName, string regions) => $$"""
        "{{fileName}}123": {"filename": "{{fileName}}", "size": 123, "regions": {{regions}}, "file_attributes": {} }
        """;

    private string Write(params string[] entries) => _folder.Write("via.json", "{" + string.Join(",", entries) + "}");
}
