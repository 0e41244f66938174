using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

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
        var (expected, sample) = SmallSet(index);

        AssertMetrics(expected, sample.Evaluate());
    }

    /// <summary>AP50 recomputed from the matches, step by step as the benchmark defines it.</summary>
    [Theory]
    [MemberData(nameof(SmallSets))]
    public void Match_SmallSet_GivesTheReferencesAP50(int index)
    {
        var (expected, sample) = SmallSet(index);
        var groundTruth = sample.GroundTruth;
        var matches = CocoEvaluator.Match(groundTruth, sample.Detections);
        var metrics = sample.Evaluate();
        var precisions = new List<double>();
        foreach (var one in metrics.PerClass.Where(one => one.GroundTruthCount > 0))
        {
            var (truePositives, falsePositives) = (0, 0);
            var points = new List<(double Recall, double Precision)>();
            foreach (var (detection, matched) in matches.Where(match => match.Detection.CategoryId == one.Category.Id && match.GroundTruth is not { IsCrowd: true }))
            {
                // pycocotools takes the annotation id 0 for "not matched".
                (truePositives, falsePositives) = matched is null or { Id: 0 } ? (truePositives, falsePositives + 1) : (truePositives + 1, falsePositives);
                points.Add((truePositives / (double)one.GroundTruthCount, truePositives / (double)(truePositives + falsePositives)));
            }

            double[] curve = [.. Enumerable.Range(0, 101).Select(i => points.Where(point => point.Recall >= i * .01).Select(point => point.Precision).DefaultIfEmpty(0).Max())];
            Assert.Equal(curve, one.PrecisionByRecall, (x, y) => Math.Abs(x - y) < 1e-12);
            precisions.AddRange(curve);
        }

        Assert.Equal(expected.GetProperty("AP50").GetDouble(), precisions.DefaultIfEmpty(-1).Average(), 1e-12);
    }

    private static (JsonElement Expected, SampleDataset Sample) SmallSet(int index)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(Repository.Root, "tests", "RetinaSharp.Evaluation.Tests", "Golden", "small-sets.json")));
        var set = document.RootElement[index];
        var sample = new SampleDataset(Ids("categories"), Ids("images"));
        foreach (var a in set.GetProperty("annotations").EnumerateArray())
            sample.Add(BoxAt(a, 3), a[0].GetInt64(), a[1].GetInt64(), a[2].GetInt64(), a[7].GetDouble(), a[8].GetInt32() == 1);
        foreach (var d in set.GetProperty("detections").EnumerateArray())
            sample.Detect(BoxAt(d, 2), d[6].GetDouble(), d[0].GetInt64(), d[1].GetInt64());
        return (set.GetProperty("figures").Clone(), sample);

        long[] Ids(string name) => [.. set.GetProperty(name).EnumerateArray().Select(id => id.GetInt64())];
    }

    [SharedDataTheory]
    [MemberData(nameof(Pairs))]
    public void Evaluate_Pair_HasTheBitsOfPycocotools(string name)
    {
        var (expected, metrics) = EvaluatePair(name);

        AssertMetrics(expected, metrics);
    }

    /// <summary>The ground truth has the image id as text and the detections as a number: pycocotools rejects the pair, here they are the same id.</summary>
    [SharedDataFact]
    public void Evaluate_PairWithTextForAnImageId_IsScored() => Assert.InRange(EvaluatePair("fce_ignore").Metrics.AP, .01, 1);

    private static (JsonElement Expected, CocoMetrics Metrics) EvaluatePair(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedData.At("golden", "coco-eval.json")));
        var pair = golden.RootElement.GetProperty(name).Clone();
        var groundTruth = DetectionDataset.Open(
            SharedData.At(pair.GetProperty("truth").GetString()!), new() { RequireImages = false, KeepDegenerate = true });
        var detections = DetectionResults.Read(SharedData.At(pair.GetProperty("detections").GetString()!));
        return (pair.GetProperty("pycocotools"), CocoEvaluator.Evaluate(groundTruth, detections));
    }

    private static BoxXywh BoxAt(JsonElement row, int index) =>
        new(row[index].GetDouble(), row[index + 1].GetDouble(), row[index + 2].GetDouble(), row[index + 3].GetDouble());

    private static void AssertMetrics(JsonElement expected, CocoSummary actual) =>
        Assert.Equal(expected.EnumerateObject().Select(metric => (metric.Name, metric.Value.GetDouble())), actual.ByName());
}
