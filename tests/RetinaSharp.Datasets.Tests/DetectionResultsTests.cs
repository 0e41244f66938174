using FsCheck.Fluent;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Tests;

public sealed class DetectionResultsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_ThenRead_RoundTrips() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<(long Image, long Category, double X, double Y, double Width, double Score)[]>(items =>
        {
            var results = items.Where(item => double.IsFinite(item.X + item.Y + item.Width + item.Score))
                .Select(item => new DetectionResult(item.Image, item.Category, new(item.X, item.Y, item.Width, item.X / 3), item.Score / 7)).ToArray();
            var path = _folder.At("results.json");
            DetectionResults.Write(path, results);
            return DetectionResults.Read(path).SequenceEqual(results) && Directory.GetFiles(_folder.Root).Length == 1;
        }));

    [Fact]
    public void Write_FileName_IsAMemberThatReadersSkip()
    {
        var path = _folder.At("results.json");
        var result = new DetectionResult(1, 2, new(0, 0, 1, 1), .5);

        DetectionResults.Write(path, [result with { FileName = "a/b.jpg" }, result]);

        Assert.Equal(
            """[{"image_id":1,"file_name":"a/b.jpg","category_id":2,"bbox":[0,0,1,1],"score":0.5},{"image_id":1,"category_id":2,"bbox":[0,0,1,1],"score":0.5}]""",
            File.ReadAllText(path));
        Assert.Equal([result, result], DetectionResults.Read(path));
    }

    [Fact]
    public void Write_NaN_KeepsOldFile()
    {
        var path = _folder.Write("results.json", "old");
        Assert.Throws<ArgumentException>(() => DetectionResults.Write(path, [new(1, 1, new(0, 0, 1, 1), double.NaN)]));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void Read_ObjectWithAnnotations_SkipsTheRest()
    {
        var path = _folder.Write("results.json", """
            {"images": [{"id": 1}], "annotations": [{"score": 0.5, "segmentation": {"counts": "x"}, "bbox": [1, 2.5, 3, 4], "category_id": 18, "image_id": 42}], "categories": []}
            """);
        Assert.Equal([new(42, 18, new BoxXywh(1, 2.5, 3, 4), .5)], DetectionResults.Read(path));
    }

    [Theory]
    [InlineData("""[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}, {"image_id": "two", "category_id": 1, "bbox": [1, 2, 3, 4], "score": 1}]""", "detections[1]: image_id \"two\" is neither an integer nor an id")]
    [InlineData("""[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": NaN}]""", "detections[0]: NaN")]
    [InlineData("""[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, NaN], "score": 1}]""", "detections[0]: NaN")]
    [InlineData("""[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3], "score": 1}]""", "detections[0]: bbox has 3 numbers")]
    [InlineData("""[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]""", "detections[0]: has no score")]
    [InlineData("""[{"image_id": 1, "category_id": 1, "segmentation": {}, "score": 1}]""", "detections[0]: has no bbox")]
    [InlineData("""[[1, 2]]""", "detections[0]: is not an object")]
    [InlineData("""{"predictions": []}""", "is not a results file")]
    [InlineData("""{"annotations": {}}""", "is not a list")]
    [InlineData("3", "is not a results file")]
    [InlineData("""[{"image_id": 1,""", "complete?")]
    [InlineData("", "the file is empty")]
    public void Read_BadFile_ThrowsWithEntry(string json, string reason)
    {
        var path = _folder.Write("results.json", json);
        var exception = Assert.Throws<DatasetException>(() => DetectionResults.Read(path));
        Assert.Equal(path, exception.File);
        Assert.Contains(reason, exception.Message);
    }

    [SharedDataTheory]
    [InlineData("cocoapi_val2014_100/instances_val2014_fakebbox100_results.json", 734)]
    [InlineData("padilla_coco100/sampled_bbox_results.json", 734)]
    [InlineData("padilla_voc100/coco_dets.json", 452)]
    [InlineData("fce_small/dt_dataset.json", 9)]
    [InlineData("large/dt_5000.json", 113589)]
    public void Read_FilesOfOtherTools_GivesEveryDetection(string file, int count) =>
        Assert.Equal(count, DetectionResults.Read(SharedData.At("data", "coco-eval", file)).Count);

    [Theory]
    [InlineData("\"a.jpg\"", "\"cat\"")]
    [InlineData("\"sub/a.jpg\"", "1")]
    [InlineData("\"a\"", "\"1\"")]
    public void Read_FileAndClassNamesAsIds_AreThoseOfTheGroundTruth(string image, string category)
    {
        var path = _folder.Write("dt.json", $$"""[{"image_id": {{image}}, "category_id": {{category}}, "bbox": [1, 2, 3, 4], "score": 0.5}]""");
        var truth = new DetectionDataset
        {
            Source = "set",
            Categories = [new(1, "cat")],
            Images = [new() { Id = 7, FileName = "sub/a.jpg", Path = "sub/a.jpg", Width = 9, Height = 9, Annotations = [] }],
        };

        Assert.Equal([new(7, 1, new BoxXywh(1, 2, 3, 4), .5)], DetectionResults.Read(path, truth));
    }
}
