using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Tests.Golden;

namespace RetinaSharp.Detection.Tests.Assignment;

/// <summary>Compares with assigners.json, made by make_assigner_golden.py.</summary>
public class AssignerGoldenTests
{
    private static readonly GoldenFile Golden = JsonSerializer.Deserialize<GoldenFile>(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "assigners.json")), JsonSerializerOptions.Web)!;

    public static TheoryData<int> AtssCases => Indices(Golden.Atss);

    public static TheoryData<int> FcosCases => Indices(Golden.Fcos);

    public static TheoryData<int> TaskAlignedCases => Indices(Golden.TaskAligned);

    public static TheoryData<int> SimOtaCases => Indices(Golden.SimOta);

    [Theory]
    [MemberData(nameof(AtssCases))]
    public void Atss_IsThePapers(int index)
    {
        var golden = Golden.Atss[index];

        var assignment = new AtssAssigner(new() { AtssCells = golden.K }).Assign(Grid(golden), golden.ToBoxes(), new int[golden.Boxes.Length]);

        Check(golden, assignment);
        Assert.Null(assignment.Qualities);
    }

    [Theory]
    [MemberData(nameof(FcosCases))]
    public void Center_IsTorchvisionsFcos(int index)
    {
        var golden = Golden.Fcos[index];
        var anchors = new AnchorGenerator(new() { Compatibility = AnchorCompatibility.Torchvision, BaseSize = 1, Scales = [1], Ratios = [1] });

        var assignment = new CenterAssigner(new() { CenterRadius = golden.Radius })
            .Assign(anchors.Generate(golden.Height, golden.Width), golden.ToBoxes(), new int[golden.Boxes.Length]);

        Check(golden, assignment);
    }

    [Theory]
    [MemberData(nameof(TaskAlignedCases))]
    public void TaskAligned_IsMMDetectionsFormula(int index)
    {
        var golden = Golden.TaskAligned[index];
        var settings = new AssignerSettings { TaskAlignedAnchors = golden.K, AlignmentScorePower = golden.Alpha, AlignmentIouPower = golden.Beta };

        var assignment = new TaskAlignedAssigner(settings).Assign(Grid(golden), golden.ToBoxes(), golden.Classes, default, Predict(golden));

        Check(golden, assignment);
        Assert.Equal(golden.Qualities.Length, assignment.Qualities!.Length);
        for (var i = 0; i < golden.Qualities.Length; i++)
            Assert.Equal(golden.Qualities[i], assignment.Qualities[i], 1e-5);
    }

    [Theory]
    [MemberData(nameof(SimOtaCases))]
    public void SimOta_IsMMDetections(int index)
    {
        var golden = Golden.SimOta[index];
        var settings = new AssignerSettings { SimOtaRadius = golden.Radius, SimOtaCandidates = golden.K, SimOtaBoxWeight = golden.Weight };

        var assignment = new SimOtaAssigner(settings).Assign(Grid(golden), golden.ToBoxes(), golden.Classes, default, Predict(golden));

        Check(golden, assignment);
        Assert.Null(assignment.Qualities);
    }

    private static void Check(Case golden, AnchorAssignment assignment)
    {
        Assert.Equal(golden.Positives, assignment.Positives);
        Assert.Equal(golden.Matches, assignment.PositiveBoxes);
    }

    private static TheoryData<int> Indices(Case[] cases) => [.. Enumerable.Range(0, cases.Length)];

    private static AnchorGrid Grid(Case golden) =>
        new AnchorGenerator(new() { MinLevel = Golden.MinLevel, MaxLevel = Golden.MaxLevel, BaseSize = golden.BaseSize, Scales = golden.Scales, Ratios = golden.Ratios })
            .Generate(Golden.Height, Golden.Width);

    /// <summary>The script's formula.</summary>
    private static ArrayPredictions Predict(Case golden)
    {
        var centers = AnchorCenters.Compute(Grid(golden));
        var u = FormulaWeights.Uniform("boxes " + golden.Predictions, 4 * centers.Length);
        var boxes = new Box[centers.Length];
        for (var i = 0; i < boxes.Length; i++)
        {
            var (x, y, level) = centers[i];
            var (centerX, centerY) = (x + level.StrideX * u[4 * i], y + level.StrideY * u[4 * i + 1]);
            var (width, height) = (level.StrideX * (4 + 2 * u[4 * i + 2]), level.StrideY * (4 + 2 * u[4 * i + 3]));
            boxes[i] = new(Eighths(centerX - width / 2), Eighths(centerY - height / 2), Eighths(centerX + width / 2), Eighths(centerY + height / 2));
        }

        var logits = FormulaWeights.Uniform("logits " + golden.Predictions, centers.Length * Golden.Classes).Select(value => (float)(Math.Floor(value * 3 * 64) / 64 - 1));
        return new([.. logits], boxes);
    }

    private static float Eighths(double value) => (float)(Math.Floor(value * 8) / 8);

    private sealed record GoldenFile(int Height, int Width, int MinLevel, int MaxLevel, int Classes, Case[] Atss, Case[] Fcos, Case[] TaskAligned, Case[] SimOta);

    /// <summary>Each assigner's cases have its parameters only.</summary>
    private sealed record Case(
        float[][] Boxes, int[] Positives, int[] Matches, int[] Classes, string Predictions, double[] Qualities, double[] Scales, double[] Ratios, double BaseSize,
        int Height, int Width, int K, double Alpha, double Beta, double Radius, double Weight)
    {
        public Box[] ToBoxes() => [.. Boxes.Select(corner => new Box(corner[0], corner[1], corner[2], corner[3]))];
    }
}
