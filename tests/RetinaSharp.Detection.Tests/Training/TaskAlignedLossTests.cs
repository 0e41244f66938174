using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Distributed;
using RetinaSharp.Inference.Batching;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Compares the quality losses of task-aligned anchors with task-aligned-loss.json, made by make_task_aligned_loss_golden.py.</summary>
[Collection(TorchCollection.Name)]
public sealed class TaskAlignedLossTests : LeakCheck
{
    private const int Side = 32, Classes = 2;

    private static readonly Dictionary<string, Scene> Scenes = JsonSerializer.Deserialize<Dictionary<string, Scene>>(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "task-aligned-loss.json")), JsonSerializerOptions.Web)!;

    private static readonly RunSettings Settings = TinyRun.Narrow with
    {
        Input = new(Side, Side),
        Model = TinyRun.Narrow.Model.WithPoints(),
        Assigner = new() { Kind = AssignerKind.TaskAligned, TaskAlignedAnchors = 4 },
    };

    private readonly AnchorGenerator _anchors = new(Settings.Model.Anchors);

    public static TheoryData<string, ClassificationLossKind> Cases
    {
        get
        {
            var data = new TheoryData<string, ClassificationLossKind>();
            foreach (var scene in Scenes.Keys)
                foreach (var kind in new[] { ClassificationLossKind.QualityFocal, ClassificationLossKind.Varifocal })
                    data.Add(scene, kind);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ForwardAndAssign_Shards_AreDividedByTheQualitiesOfAll(string name, ClassificationLossKind kind)
    {
        using var scope = NewDisposeScope();
        var (scene, golden) = (Scenes[name], Scenes[name].Loss(kind));
        SceneImage[][] parts = [scene.Images[..2], scene.Images[2..]];
        LevelOutput[][] outputs = [Outputs(parts[0]), Outputs(parts[1])];
        using var first = Batch(parts[0]);
        using var second = Batch(parts[1]);
        TrainingBatch[] batches = [first, second];
        var loss = new DetectionLoss(Settings.WithClassification(kind).Loss, Settings.Model.BoxOutputs);
        var divisors = new (LossNormalizer Normalizer, double? Classification)[2];
        using var threads = new ShardThreads(2, 1);
        using var assigning = new ShardAssignment(CreateAssignment(), loss.UsesQualities, 2, SingleProcess.Instance, batches: 1);

        threads.Run(2, shard =>
        {
            var (_, normalizer, classification) = assigning.ForwardAndAssign(shard, () => outputs[shard], batches[shard]);
            divisors[shard] = (normalizer, classification);
        });

        for (var shard = 0; shard < 2; shard++)
        {
            var (normalizer, classification) = divisors[shard];
            var result = loss.Evaluate(outputs[shard], batches[shard].Targets, normalizer, classification, threads: 1);
            Assert.Equal(scene.Positives, normalizer[0]);
            Assert.Equal(scene.QualitySums[shard], batches[shard].Targets.QualitySum, 1e-5);
            Assert.Equal(golden.Values[shard], result.Classification, 1e-5 * golden.Values[shard]);
            for (var image = 0; image < parts[shard].Length; image++)
                Assert.Equal(golden.Gradients[(2 * shard) + image], LogitGradients(result, image), (a, b) => Math.Abs(a - b) < 2e-6);
        }
    }

    [Theory]
    [InlineData("good boxes", true)]
    [InlineData("bad boxes", true)]
    [InlineData("good boxes", false)]
    public void ForwardAndAssign_AccumulatedBatches_AreDividedByTheirOwnSumsTimesTheirNumber(string name, bool usesQualities)
    {
        using var scope = NewDisposeScope();
        var scene = Scenes[name];
        using var batch = Batch(scene.Images);
        using var assigning = new ShardAssignment(CreateAssignment(), usesQualities, 1, SingleProcess.Instance, batches: 3);

        var (_, normalizer, classification) = assigning.ForwardAndAssign(0, () => Outputs(scene.Images), batch);

        Assert.Equal(3 * scene.Positives, normalizer[0]);
        Assert.Equal(usesQualities, classification.HasValue);
        if (classification is { } divisor)
            Assert.Equal(3 * Math.Max(1, scene.QualitySums.Sum()), divisor, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_ValidationInAnyBatch_IsDividedByTheQualitiesOfAllImages(string name, ClassificationLossKind kind)
    {
        var scene = Scenes[name];
        var expected = scene.Loss(kind).Values.Sum();
        using var pictures = new Pictures();
        foreach (var image in scene.Images)
            pictures.Add(Side, Side, image.ToBoxes());
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Settings, Classes), 1);
        using var network = new RetinaNet(state);
        var seen = 0;
        // The script's outputs in place of the network's.
        network.register_forward_hook((_, images, _) =>
        {
            var first = seen;
            seen += (int)images.shape[0];
            return Outputs(scene.Images[first..seen]);
        });

        foreach (var batch in new[] { 1, 2, 3 })
        {
            seen = 0;
            var settings = Settings.WithClassification(kind) with { Training = Settings.Training with { Batch = batch } };

            var actual = new Validator(pictures.Set, settings, network, _anchors, threads: 2).Run(default);

            Assert.Equal(scene.Images.Length, seen);
            Assert.Equal(expected, actual.Classification, 1e-5 * expected);
        }
    }

    private PredictionAssignment CreateAssignment() => new(new TaskAlignedAssigner(Settings.Assigner), _anchors, Settings.Model.BoxOutputs);

    /// <summary>A batch as the loader makes it for an assigner that uses predictions: all anchors are background.</summary>
    private TrainingBatch Batch(SceneImage[] images)
    {
        var size = new PaddedSize(images.Length, Side, Side);
        var buffers = new TrainingBuffers();
        buffers.Reset(size, _anchors.Generate(Side, Side));
        return new(0, new(size, buffers.Levels), [.. images.Select(image => image.ToBatchImage())], buffers, new());
    }

    private LevelOutput[] Outputs(SceneImage[] images) =>
    [
        .. _anchors.Generate(Side, Side).Levels.Select(level => new LevelOutput(
            Values(level, Classes, [.. images.Select(image => image.Logits)]), Values(level, 4, [.. images.Select(image => image.Distances)]))),
    ];

    private static Tensor Values(AnchorLevel level, int width, float[][] images) =>
        TensorValues.Create(images.SelectMany(values => values[(level.Offset * width)..((level.Offset + level.Count) * width)]), images.Length, level.Count, width);

    /// <summary>The gradient with respect to the logits of an image, level by level. Every second gradient is that of the boxes.</summary>
    private static IEnumerable<float> LogitGradients(LossResult result, int image) =>
        result.Gradients.Where((_, i) => i % 2 == 0).SelectMany(gradient => gradient[image].ToArray());

    private sealed record Scene(SceneImage[] Images, double Positives, double[] QualitySums, GoldenLoss QualityFocal, GoldenLoss Varifocal)
    {
        public GoldenLoss Loss(ClassificationLossKind kind) => kind == ClassificationLossKind.QualityFocal ? QualityFocal : Varifocal;
    }

    /// <summary>An image with the outputs of the heads at all of its anchors. The class of a box is its index.</summary>
    private sealed record SceneImage(float[][] Boxes, float[] Logits, float[] Distances)
    {
        public Box[] ToBoxes() => [.. Boxes.Select(corner => new Box(corner[0], corner[1], corner[2], corner[3]))];

        public BatchImage ToBatchImage() => new(Pictures.Describe(Side, Side, ToBoxes()), Side, Side, ToBoxes(), [.. Enumerable.Range(0, Boxes.Length)], []);
    }

    /// <summary>Losses of the two shards, and gradients with respect to the logits of each image.</summary>
    private sealed record GoldenLoss(double[] Values, float[][] Gradients);
}
