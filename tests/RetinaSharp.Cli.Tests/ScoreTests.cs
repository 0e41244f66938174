using System.Text.Json;

namespace RetinaSharp.Cli.Tests;

public sealed class ScoreTests : IDisposable
{
    private const string Truth = """
        {"images": [{"id": 1, "file_name": "a.png", "width": 100, "height": 100}],
         "categories": [{"id": 5, "name": "cat"}, {"id": 9, "name": "dog"}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [10, 10, 40, 40], "area": 1600, "iscrowd": 0},
                         {"id": 2, "image_id": 1, "category_id": 9, "bbox": [60, 60, 20, 20], "area": 400, "iscrowd": 0}]}
        """;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Pairs =>
        ["cocoapi_val2014_100 bbox", "padilla_coco100 (no crowd GT, bbox area)", "padilla_voc100", "fce_small", "large"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Score_DetectionsOfOneOfTwoClasses_HasHalfTheAP()
    {
        var json = Score("""[{"image_id": 1, "category_id": 5, "bbox": [10, 10, 40, 40], "score": 0.9}]""", "--json").IsDone().Json;

        Assert.Equal(
            ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"],
            json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(.5, json.GetProperty("AP").GetDouble(), 1e-12);
        Assert.Equal(1, json.GetProperty("APm").GetDouble(), 1e-12);
        Assert.Equal(0, json.GetProperty("APs").GetDouble());
        Assert.Equal(-1, json.GetProperty("APl").GetDouble());
    }

    [Fact]
    public void Score_PerClass_HasMetricsOfEveryClass()
    {
        var json = Score("""[{"image_id": 1, "category_id": 9, "bbox": [60, 60, 20, 20], "score": 0.9}]""", "--per-class", "--json").IsDone().Json;

        Assert.Equal(
            [("cat", 5, 0.0), ("dog", 9, 1.0)],
            json.GetProperty("per_class").EnumerateArray().Select(one =>
                (one.GetProperty("category").GetString()!, one.GetProperty("category_id").GetInt32(), Math.Round(one.GetProperty("AP").GetDouble(), 12))));
    }

    [Fact]
    public void Score_WithoutJson_PrintsATable()
    {
        var ran = Score("""[{"image_id": 1, "category_id": 5, "bbox": [10, 10, 40, 40], "score": 0.9}]""", "--per-class").IsDone();

        Assert.Matches(@"(?m)^AP50 +0\.500 ", ran.Out);
        Assert.Matches(@"(?m)^APl +– ", ran.Out);
        Assert.Matches(@"(?m)^dog +1 +0\.000 ", ran.Out);
        Assert.DoesNotContain('\u001b', ran.Out);
    }

    [Theory]
    [InlineData("""[{"image_id": 2, "category_id": 5, "bbox": [10, 10, 40, 40], "score": 0.9}]""")]
    [InlineData("""[{"image_id": 1, "category_id": 5, "bbox": [10, 10, 40], "score": 0.9}]""")]
    [InlineData("""[{"image_id": 1, "category_id": 5, "bbox": [10, 10, 40, 40]""")]
    [InlineData("")]
    public void Score_BadDetections_ExitsWith3(string detections) => Score(detections, "--json").IsRefused(ExitCode.BadData);

    [SharedDataTheory]
    [MemberData(nameof(Pairs))]
    public void Score_GoldenPair_HasTheMetricsOfPycocotools(string name)
    {
        var (pair, ran) = ScorePair(name);

        Assert.Equal(
            pair.GetProperty("pycocotools").EnumerateObject().Select(metric => (metric.Name, metric.Value.GetDouble())),
            ran.IsDone().Json.EnumerateObject().Select(metric => (metric.Name, metric.Value.GetDouble())));
    }

    [SharedDataFact]
    public void Score_IdsAsStringsOnOneSide_AreTheSameIds()
    {
        // pycocotools fails: "Results do not correspond to current coco set", because "2299" is not 2299.
        var result = ScorePair("fce_ignore").CommandResult.IsDone();

        Assert.InRange(result.Json.GetProperty("AP").GetDouble(), .01, 1);
    }

    private CommandResult Score(string detections, params string[] options) =>
        CommandResult.Retina(["score", "--truth", _folder.Write("gt.json", Truth), "--detections", _folder.Write("dt.json", detections), .. options]);

    private static (JsonElement Pair, CommandResult CommandResult) ScorePair(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedData.At("golden", "coco-eval.json")));
        var pair = golden.RootElement.GetProperty(name).Clone();
        return (pair, CommandResult.Retina(
            "score", "--json", "--truth", SharedData.At(pair.GetProperty("truth").GetString()!), "--detections", SharedData.At(pair.GetProperty("detections").GetString()!)));
    }
}
