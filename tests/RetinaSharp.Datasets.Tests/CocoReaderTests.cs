using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Tests;

public sealed class CocoReaderTests : IDisposable
{
    private const string Images = """{"id": 7, "file_name": "a.jpg", "width": 100, "height": 80}""";
    private const string Categories = """{"id": 3, "name": "dog"}, {"id": 1, "name": "cat"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_AnnotationsBeforeImages_ResolvesThem()
    {
        _folder.WriteImage("a.jpg");
        var path = _folder.Write("set.json", """
            {"info": {"x": [1, {"y": null}]},
             "annotations": [
              {"id": 5, "image_id": 7, "category_id": 3, "bbox": [1.25, 2, 30.1, 40], "area": 99.5, "iscrowd": 1, "segmentation": {"counts": [1, 2], "size": [80, 100]}},
              {"id": 4, "image_id": 7, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100, "iscrowd": 0, "segmentation": [[1, 2, 3, 4, 5, 6]]}],
             "images": [{"id": 9, "file_name": "b.jpg", "width": 10, "height": 20}, {"id": 7, "file_name": "a.jpg", "width": 100, "height": 80}],
             "categories": [{"id": 3, "name": "dog"}, {"id": 1, "name": "cat", "supercategory": "animal"}]}
            """);
        var set = DetectionDataset.Open(path, new() { RequireImages = false });
        Assert.Equal([new(1, "cat"), new(3, "dog")], set.Categories);
        Assert.Equal([9, 7], set.Images.Select(image => image.Id));
        Assert.Empty(set.Images[0].Annotations);
        Assert.Equal(
            [
                new Annotation { Id = 5, Category = 1, Box = new(1.25, 2, 30.1, 40), Area = 99.5, IsCrowd = true },
                new Annotation { Id = 4, Category = 0, Box = new(0, 0, 10, 10), Area = 100 },
            ],
            set.Images[1].Annotations);
        Assert.Equal(_folder.At("a.jpg"), set.Images[1].Path);
        Assert.Empty(set.Problems);
    }

    [Theory]
    [InlineData("""[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}]""", "results file")]
    [InlineData("""{"images": [], "annotations": []}""", "no \"categories\"")]
    [InlineData("""{"images": [], "categories": []}""", "no \"annotations\"")]
    [InlineData("""{"annotations": [], "categories": []}""", "no \"images\"")]
    [InlineData("""{"images": {}, "annotations": [], "categories": []}""", "line 1, byte 12: \"images\" is not a list")]
    [InlineData("""{"images": [], "images": [], "annotations": [], "categories": []}""", "\"images\" twice")]
    [InlineData("""{"images": [], "annotations": [""", "complete?")]
    [InlineData("""{"images": [], "annotations": [], "categories": []} x""", "not valid JSON")]
    [InlineData("\"images\"", "is not an object")]
    [InlineData("hello", "line 1, byte 1: is not a JSON file")]
    [InlineData("""{"\ud800": 1, "images": []}""", "not valid JSON")]
    [InlineData(" \n", "the file is empty")]
    [InlineData("", "the file is empty")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:61", "git lfs pull")]
    public void Open_WrongStructure_Throws(string json, string reason)
    {
        var path = _folder.Write("set.json", json);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path));
        Assert.Equal(path, exception.File);
        Assert.Contains(reason, exception.Message);
    }

    [Theory]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 2, "bbox": [1, 2, 3, 4]}""", "annotation 5 of image 7: category_id 2 is not among the categories")]
    [InlineData("""{"id": 5, "image_id": 8, "category_id": 1, "bbox": [1, 2, 3, 4]}""", "annotation 5 of image 8: image_id 8 is not among the images")]
    [InlineData("""{"id": 5, "image_id": null, "category_id": 1, "bbox": [1, 2, 3, 4]}""", "image_id is null")]
    [InlineData("""{"id": 5.5, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4]}""", "annotation id 5.5 is not an integer")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, NaN, 3, 4]}""", "annotations[1]: NaN")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, -Infinity, 3, 4]}""", "annotations[1]: NaN and Infinity")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, 1e999, 3, 4]}""", "bbox[1] is 1e999 instead of a finite number")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, 2, 1e200, 1e200]}""", "too large for pixels")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1e308, 2, 1e308, 1]}""", "too large for pixels")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, "2", 3, 4]}""", "bbox[1] is \"2\" instead of")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, null, 3, 4]}""", "bbox[1] is null")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [[1, 2], 3, 4, 5]}""", "bbox[0] is a list")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3]}""", "bbox has 3 numbers")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4, 5]}""", "bbox has 5 numbers")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": "1 2 3 4"}""", "bbox is \"1 2 3 4\"")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1}""", "annotations[1]: has no bbox")]
    [InlineData("""{"id": 5, "image_id": 7, "bbox": [1, 2, 3, 4]}""", "annotations[1]: has no category_id")]
    [InlineData("""{"id": 5, "category_id": 1, "bbox": [1, 2, 3, 4]}""", "annotations[1]: has no image_id")]
    [InlineData("[]", "annotations[1]: is not an object")]
    public void Open_BadAnnotation_ThrowsWithLocationAndCheckContinues(string annotation, string reason)
    {
        _folder.WriteImage("a.jpg");
        var good = """{"id": 4, "image_id": 7, "category_id": 1, "bbox": [0, 0, 10, 10]}""";
        var late = """{"id": 6, "image_id": 7, "category_id": 1, "bbox": [0, 0, 0, 10]}""";
        var path = Write(Images, $"{good},\n{annotation},\n{late}", Categories);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path));
        Assert.Contains(reason, exception.Message);
        Assert.StartsWith("line 3, byte ", exception.Location);

        var problems = DetectionDataset.Check(path);
        Assert.Contains(problems, problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(reason));
        if (!reason.Contains("NaN"))
            Assert.Contains(problems, problem => problem.Severity == ProblemSeverity.Warning && problem.Location == "annotation 6 of image 7");
    }

    [Theory]
    [InlineData(Images + "," + Images, Categories, "images[1], image 7: duplicate image id")]
    [InlineData(Images + """, {"id": 8, "file_name": "a.jpg", "width": 100, "height": 80}""", Categories, "another image has the file name \"a.jpg\" too")]
    [InlineData("""{"file_name": "a.jpg", "width": 100, "height": 80}""", Categories, "images[0]: has no id")]
    [InlineData("""{"id": 7, "width": 100, "height": 80}""", Categories, "images[0]: has no file_name")]
    [InlineData("""{"id": 7, "file_name": 5, "width": 100, "height": 80}""", Categories, "file_name is 5 instead of a string")]
    [InlineData("""{"id": 7, "file_name": "a.jpg", "width": -1, "height": 80}""", Categories, "width -1 is not a valid number of pixels")]
    [InlineData("""{"id": 7, "file_name": "a\u0000.jpg", "width": 1, "height": 80}""", Categories, "is not a valid path")]
    [InlineData(Images, """{"id": 1, "name": "cat"}, {"id": 1, "name": "dog"}""", "category id 1 is used twice (\"cat\", \"dog\")")]
    [InlineData(Images, """{"id": 1}""", "categories[0]: has no name")]
    public void Open_BadImageOrCategory_Throws(string images, string categories, string reason)
    {
        _folder.WriteImage("a.jpg");
        var path = Write(images, "", categories);
        Assert.Contains(reason, Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
        Assert.Contains(DetectionDataset.Check(path), problem => problem.ToString().Contains(reason));
    }

    [Fact]
    public void Open_DeeplyNested_Throws()
    {
        var path = _folder.Write("set.json", $$"""{"x": {{new string('[', 100_000)}}""");
        Assert.Contains("is nested too deeply", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Reason);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Open_Utf16_ThrowsWithRemedy(string encoding)
    {
        var path = _folder.At("set.json");
        File.WriteAllText(path, "{}", System.Text.Encoding.GetEncoding(encoding));
        Assert.Contains("save it as UTF-8", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Reason);
    }

    [Fact]
    public void Open_InvalidUtf8_Throws()
    {
        var path = Write(Images, "", Categories);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().IndexOf("dog"u8)] = 0xFF;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("not valid JSON", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Reason);
    }

    [Fact]
    public void Open_ByteOrderMark_IsSkipped()
    {
        _folder.WriteImage("a.jpg");
        var path = Write(Images, "", Categories);
        File.WriteAllBytes(path, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(path)]);
        Assert.Single(DetectionDataset.Open(path).Images);
    }

    [Fact]
    public void Open_NoAreaAndIsCrowd_WarnsOnceAndUsesDefaults()
    {
        _folder.WriteImage("a.jpg");
        var path = Write(Images, """{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4]}""", Categories);
        var set = DetectionDataset.Open(path);
        Assert.Equal((12, false), (set.Images[0].Annotations[0].Area, set.Images[0].Annotations[0].IsCrowd));
        Assert.Contains("1 annotations have no area and 1 no iscrowd", Assert.Single(set.Problems).Reason);
    }

    [Theory]
    [InlineData("-1", 0, true)]
    [InlineData("1.1e10", 0, true)]
    [InlineData("1e10", 0, false)]
    [InlineData("0", 0, false)]
    [InlineData("-1", 1, false)]
    public void Open_AreaInNoRangeOfTheMetrics_WarnsThatEvaluationIgnoresIt(string area, int crowd, bool warns)
    {
        _folder.WriteImage("a.jpg");
        var set = DetectionDataset.Open(Write(Images, $$"""
            {"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4], "area": {{area}}, "iscrowd": {{crowd}}},
            {"id": 6, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}
            """, Categories));
        string[] expected = warns ? ["1 annotations have an area below 0 or above 1e10: evaluation ignores them, as pycocotools does; correct the area, or leave it out to use that of the box"] : [];
        Assert.Equal(expected, set.Problems.Select(problem => problem.Reason));
    }

    [Fact]
    public void Open_DuplicateAnnotationIds_WarnsThatPycocotoolsDiffers()
    {
        _folder.WriteImage("a.jpg");
        var annotation = """{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}""";
        var set = DetectionDataset.Open(Write(Images, $"{annotation}, {annotation}", Categories));
        Assert.Equal(2, set.Images[0].Annotations.Count);
        Assert.Contains("1 annotations have a duplicate id: pycocotools would evaluate the last", Assert.Single(set.Problems).Reason);
    }

    [Theory]
    [InlineData("\"7\"", "\"1\"", 7, 1)]
    [InlineData("\"x/7\"", "\"cat\"", 1, 1)]
    public void Open_StringIds_AreNumbers(string image, string category, long imageId, long categoryId)
    {
        _folder.WriteImage("a.jpg");
        var path = Write($$"""{"id": {{image}}, "file_name": "a.jpg", "width": 100, "height": 80}""",
            $$"""{"id": "a", "image_id": {{image}}, "category_id": {{category}}, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}""", $$"""{"id": {{category}}, "name": "cat"}""");
        var set = DetectionDataset.Open(path);
        Assert.Equal((imageId, categoryId), (set.Images[0].Id, set.Categories[0].Id));
        Assert.Equal(0, set.Images[0].Annotations[0].Category);
        Assert.Equal(image.Contains('x') ? 1 : 0, set.Problems.Count);
    }

    [Theory]
    [InlineData("[[10, 20, 30, 20, 30, 50]]", 10, 20, 20, 30)]
    [InlineData("[[10, 20, 30, 20, 30, 50], [2, 60, 3, 61, 3, 60]]", 2, 20, 28, 41)]
    [InlineData("[10, 20, 30, 20, 30, 50]", 10, 20, 20, 30)]
    [InlineData("""{"size": [80, 100], "counts": [81, 2, 78, 3, 7836]}""", 1, 1, 2, 3)]
    [InlineData("""{"size": [4, 5], "counts": "52203"}""", 1, 1, 2, 2)]
    public void Open_SegmentationWithoutBox_GivesItsBoundingBox(string segmentation, double x, double y, double width, double height)
    {
        _folder.WriteImage("a.jpg");
        var path = Write(Images, $$"""{"id": 5, "image_id": 7, "category_id": 1, "segmentation": {{segmentation}}, "area": 12, "iscrowd": 0}""", Categories);
        var set = DetectionDataset.Open(path);
        Assert.Equal(new BoxXywh(x, y, width, height), set.Images[0].Annotations[0].Box);
        Assert.Contains("bounding boxes of their segmentations", Assert.Single(set.Problems).Reason);
    }

    [Fact]
    public void Open_NoSize_IsReadFromImageFile()
    {
        _folder.WriteImage("a.jpg", 100, 80, orientation: 6);
        var image = DetectionDataset.Open(Write("""{"id": 7, "file_name": "a.jpg", "width": null}""", "", Categories)).Images[0];
        Assert.Equal((80, 100), (image.Width, image.Height));
    }

    [Theory]
    [InlineData("0, 0, 0, 10", "has no area: skipped", false)]
    [InlineData("5, 5, -3, 10", "has no area: skipped", false)]
    [InlineData("100, 5, 10, 10", "is outside of the image (100 x 80): skipped", false)]
    [InlineData("-10, 5, 10, 10", "is outside of the image (100 x 80): skipped", false)]
    [InlineData("90, 5, 10.5, 10", "extends beyond the image (100 x 80): clipped in training", true)]
    [InlineData("-1, 5, 20, 10", "extends beyond the image (100 x 80): clipped in training", true)]
    [InlineData("0, 0, 100, 80", null, true)]
    public void Open_FaultyBox_IsReportedAndKeptOrSkipped(string box, string? reason, bool kept)
    {
        _folder.WriteImage("a.jpg");
        var path = Write(Images, $$"""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [{{box}}], "area": 9, "iscrowd": 0}""", Categories);
        var set = DetectionDataset.Open(path);
        Assert.Equal(kept ? 1 : 0, set.Images[0].Annotations.Count);
        if (reason is null)
            Assert.Empty(set.Problems);
        else
            Assert.Contains($"annotation 5 of image 7: box (x {box.Split(',')[0]}, ", Assert.Single(set.Problems).ToString());
        Assert.All(set.Problems, problem => Assert.EndsWith(reason!, problem.Reason));

        var annotation = Assert.Single(DetectionDataset.Open(path, new() { KeepDegenerate = true }).Images[0].Annotations);
        var raw = box.Split(',').Select(double.Parse).ToArray();
        Assert.Equal(new BoxXywh(raw[0], raw[1], raw[2], raw[3]), annotation.Box);
    }

    [Theory]
    [InlineData("set/instances_train2017.json", "set/a.jpg", "")]
    [InlineData("set/instances_train2017.json", "set/train2017/a.jpg", "")]
    [InlineData("set/annotations/instances_train2017.json", "set/images/train2017/a.jpg", "")]
    [InlineData("set/annotations/instances_train2017.json", "set/train2017/a.jpg", "")]
    [InlineData("set/annotations/instances_train2017.json", "set/images/a.jpg", "")]
    [InlineData("set/annotations/labels.json", "set/val/a.jpg", "#val")]
    public void Open_ImagesInStandardFolder_AreFound(string json, string image, string split)
    {
        _folder.WriteImage(image);
        var path = Write(Images, "", Categories, json);
        Assert.Equal(_folder.At(image), DetectionDataset.Open(path + split).Images[0].Path);
    }

    [Fact]
    public void Open_MissingImages_NamesFirstCountFoldersAndRemedy()
    {
        using var other = new TemporaryFolder();
        other.WriteImage("a.jpg");
        var path = Write(Images + """, {"id": 8, "file_name": "b.jpg", "width": 1, "height": 1}""", "", Categories, "instances_val.json");
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path));
        Assert.Contains("\"a.jpg\" not found (2 of 2 are missing", exception.Reason);
        Assert.Contains(_folder.At("val"), exception.Reason);
        Assert.Contains("DatasetOptions.ImagesDirectory", exception.Reason);
        exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path, new() { ImagesDirectory = other.Root }));
        Assert.Contains("\"b.jpg\" not found (1 of 2 are missing", exception.Reason);
        Assert.Equal(2, DetectionDataset.Open(path, new() { RequireImages = false }).Images.Count);
        Assert.Equal(2, DetectionDataset.Check(path).Count(problem => problem.Reason.Contains("not found")));
    }

    [Fact]
    public void Open_FolderWithCocoLayout_ReadsFileOfSplit()
    {
        _folder.WriteImage("images/train/a.jpg");
        _folder.WriteImage("images/val/a.jpg");
        Write(Images, "", Categories, "annotations/instances_train.json");
        Write(Images, "", Categories, "annotations/instances_val.json");
        Assert.Equal(_folder.At("images/val/a.jpg"), DetectionDataset.Open(_folder.Root + "#val").Images[0].Path);
        Assert.Contains("instances_train.json", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root)).Reason);
        Assert.Contains("instances_train.json", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#test")).Reason);
    }

    private string Write(string images, string annotations, string categories, string name = "set.json") =>
        _folder.Write(name, $$"""
            {"images": [{{images}}], "categories": [{{categories}}], "annotations": [
            {{annotations}}]}
            """);
}
