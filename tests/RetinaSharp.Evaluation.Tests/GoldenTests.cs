using System.Text.Json;
using RetinaSharp.Annotations;
using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation.Tests;

public sealed class GoldenTests
{
    public static TheoryData<int> SmallSets => [.. Enumerable.Range(0, 12)];

    public static TheoryData<string> Pairs =>
        ["cocoapi_val2014_100 bbox", "padilla_coco100 (no crowd GT, bbox area)", "padilla_voc100", "fce_small", "large"];

    /// <summary>Crowds, ties, id 0, areas on the borders, empty classes, more than 100 detections; see Golden/make_golden.py.</summary>
    [Theory]
    [MemberData(nameof(SmallSets))]
    public void Evaluate_SmallSet_HasTheReferencesBits(int index)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(Repository.Root, "tests", "RetinaSharp.Evaluation.Tests", "Golden", "small-sets.json")));
        var set = document.RootElement[index];
        var scene = new Scene(Ids("categories"), Ids("images"));
        foreach (var a in set.GetProperty("annotations").EnumerateArray())
            scene.Add(BoxAt(a, 3), a[0].GetInt64(), a[1].GetInt64(), a[2].GetInt64(), a[7].GetDouble(), a[8].GetInt32() == 1);
        foreach (var d in set.GetProperty("detections").EnumerateArray())
            scene.Detect(BoxAt(d, 2), d[6].GetDouble(), d[0].GetInt64(), d[1].GetInt64());

        AssertFigures(set.GetProperty("figures"), scene.Evaluate());

        long[] Ids(string name) => [.. set.GetProperty(name).EnumerateArray().Select(id => id.GetInt64())];
    }

    [SharedDataTheory]
    [MemberData(nameof(Pairs))]
    public void Evaluate_Pair_HasTheBitsOfPycocotools(string name)
    {
        var (expected, metrics) = EvaluatePair(name);

        AssertFigures(expected, metrics);
    }

    /// <summary>The truth has the id as text and the detections as a number; pycocotools refuses the pair, the reader already the file.</summary>
    [SharedDataFact]
    public void Evaluate_PairWithTextForAnImageId_IsRefused() => Assert.Throws<DataException>(() => EvaluatePair("fce_ignore"));

    private static (JsonElement Expected, CocoMetrics Metrics) EvaluatePair(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedData.At("golden", "coco-eval.json")));
        var pair = golden.RootElement.GetProperty(name).Clone();
        var truth = AnnotatedSet.Open(
            SharedData.At(pair.GetProperty("truth").GetString()!), new() { RequireImages = false, KeepDegenerate = true, RequireIsCrowd = true });
        var detections = DetectionResults.Read(SharedData.At(pair.GetProperty("detections").GetString()!));
        return (pair.GetProperty("pycocotools"), CocoEvaluator.Evaluate(truth, detections));
    }

    private static BoxXywh BoxAt(JsonElement row, int place) =>
        new(row[place].GetDouble(), row[place + 1].GetDouble(), row[place + 2].GetDouble(), row[place + 3].GetDouble());

    private static void AssertFigures(JsonElement expected, CocoFigures actual) =>
        Assert.Equal(expected.EnumerateObject().Select(figure => (figure.Name, figure.Value.GetDouble())), actual.ByName());
}
