using System.Text.Json;
using System.Text.Json.Nodes;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Distributed;
using RetinaSharp.Losses;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public class BoxWeightingTests : LeakCheck
{
    private const int Classes = 3;

    // The positives of make_box_weighting_golden.py: 4 x 4 cells of stride 8, then 2 x 2 of stride 16.
    private static readonly int[] Positives = [5, 6, 10, 17, 19];

    private static readonly JsonNode Golden = JsonNode.Parse(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Detection.Tests", "Golden", "box-weighting.json")))!;

    private readonly AnchorGrid _grid = new AnchorGenerator(new() { MinLevel = 3, MaxLevel = 4, Scales = [1], Ratios = [1] }).Generate(32, 32);

    [Theory]
    [InlineData("score")]
    [InlineData("low score")]
    public void Score_IsMMDetectionsGfl(string name) => Check(name, BoxWeightingKind.Score, new(BoxCoding.Distribution(6)), qualities: null, logits: Numbers(Golden[name]!["inputs"]!));

    [Fact]
    public void Quality_OfTheAssigner_IsMMDetectionsTood() => Check("quality", BoxWeightingKind.Quality, new(BoxCoding.Distance), qualities: Numbers(Golden["quality"]!["inputs"]!), logits: null);

    [Fact]
    public void Quality_WithoutAnAssignersQualities_IsTheIouOfThePredictedBox()
    {
        using var scope = NewDisposeScope();
        var head = new BoxHeadOutputs(BoxCoding.Distance);
        var targets = Targets(qualities: null);
        var outputs = Outputs(head, Numbers(Golden["quality"]!["outputs"]!), logits: null);

        var sum = new BoxWeighting(BoxWeightingKind.Quality, head).Weight(outputs, targets);

        var expected = new List<float>();
        foreach (var (level, one) in targets.Levels.Index())
        {
            var rows = outputs[level].BoxOutputs.ToArray().Chunk(4).ToArray();
            for (var i = 0; i < one.Positives.Length; i++)
                expected.Add(Iou.Compute(head.Decode(one.PositiveAnchors[i], one.Stride, rows[one.Positives[i]]), one.PositiveTargets[i]));
        }

        Assert.Equal(expected, targets.Levels.SelectMany(level => level.PositiveWeights.ToArray()));
        Assert.All(expected, iou => Assert.InRange(iou, .01f, .99f));
        Assert.Equal(new WeightSum(expected.Sum(iou => (double)iou), Positives.Length), sum);
    }

    [Fact]
    public void Score_DeltasAndCenterness_WeightTheBoxLossOnly()
    {
        using var scope = NewDisposeScope();
        var head = new BoxHeadOutputs(BoxCoding.Delta, HasCenterness: true);
        var outputs = Outputs(head, [.. Enumerable.Range(0, Positives.Length * 5).Select(i => (float)Math.Sin(i) / 2)], Numbers(Golden["score"]!["inputs"]!));
        var plain = Loss(outputs, Targets(qualities: null), head, new() { Box = BoxLossKind.SmoothL1 });
        var targets = Targets(qualities: null);
        _ = new BoxWeighting(BoxWeightingKind.Score, head).Weight(outputs, targets);

        var weighted = Loss(outputs, targets, head, new() { Box = BoxLossKind.SmoothL1 });

        Assert.Equal(plain.Centerness, weighted.Centerness, 1e-9);
        Assert.InRange(weighted.Centerness, .1, weighted.Box - .01);
        foreach (var (level, one) in targets.Levels.Index())
        {
            var (expected, actual) = (Rows(plain, level), Rows(weighted, level));
            for (var i = 0; i < one.Positives.Length; i++)
            {
                var row = one.Positives[i];
                Assert.Equal(expected[row][..4].Select(value => value * one.PositiveWeights[i]), actual[row][..4], (a, b) => Math.Abs(a - b) < 1e-6);
                Assert.Equal(expected[row][4], actual[row][4]);
            }
        }

        float[][] Rows(LossResult loss, int level) => [.. loss.Gradients[(2 * level) + 1].ToArray().Chunk(5)];
    }

    [Fact]
    public void ForwardAndWeight_Shards_AreScaledByTheWeightsOfAll()
    {
        using var scope = NewDisposeScope();
        var head = new BoxHeadOutputs(BoxCoding.Distance);
        BatchTargets[] targets = [Targets([1, .5f, .25f, 1, 1]), Targets([.5f, .5f, 0, 1, .25f])];
        var outputs = Outputs(head, new float[Positives.Length * head.Count], logits: null);
        using var threads = new ShardThreads(2, 1);
        using var weights = new ShardWeighting(new(BoxWeightingKind.Quality, head), 2, SingleProcess.Instance);

        threads.Run(2, shard => weights.ForwardAndWeight(shard, () => outputs, targets[shard]));

        // 10 positives, whose weights add up to 6.
        Assert.Equal([10 / 6f, 5 / 6f, 2.5f / 6, 10 / 6f, 10 / 6f], Weights(targets[0]), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([5 / 6f, 5 / 6f, 0, 10 / 6f, 2.5f / 6], Weights(targets[1]), (a, b) => Math.Abs(a - b) < 1e-6);

        static IEnumerable<float> Weights(BatchTargets targets) => targets.Levels.SelectMany(level => level.PositiveWeights.ToArray());
    }

    [Fact]
    public void ForwardAndWeight_AShardThatFails_DoesNotHoldTheOthers()
    {
        using var scope = NewDisposeScope();
        var outputs = Outputs(BoxHeadOutputs.Delta, new float[Positives.Length * 4], logits: null);
        using var threads = new ShardThreads(2, 1);
        using var weights = new ShardWeighting(new(BoxWeightingKind.Quality, BoxHeadOutputs.Delta), 2, SingleProcess.Instance);

        Assert.Throws<InvalidOperationException>(() => threads.Run(2, shard => weights.ForwardAndWeight(shard, () => shard == 0 ? outputs : throw new InvalidOperationException(), Targets(qualities: null))));
    }

    [Fact]
    public void ValidationLosses_Weighted_DivideTheBoxLossByTheWeightsOfAllBatches()
    {
        var losses = new ValidationLosses(NormalizerKind.Positives);

        losses.Add(Targets(qualities: null), null, new(2, 5), _ => new(0, 3, [], []) { Centerness = 1 });
        losses.Add(Targets(qualities: null), null, new(3, 5), _ => new(0, 7, [], []) { Centerness = 3 });

        // Box losses of 2 and 4 and weights of 5; the center-ness of 4 is divided by 10 positives.
        Assert.Equal((6 / 5.0) + (4 / 10.0), losses.Compute(SingleProcess.Instance).Box, 1e-12);
    }

    [Fact]
    public void Validate_ScoreWithASoftmax_ThrowsWithTheRemedy()
    {
        var settings = new LossSettings { Classification = ClassificationLossKind.SoftmaxFocal, BoxWeighting = BoxWeightingKind.Score };

        Assert.Contains("choose another loss or weighting", Assert.Throws<ArgumentException>(settings.Validate).Message);
        (settings with { BoxWeighting = BoxWeightingKind.Quality }).Validate();
    }

    private void Check(string name, BoxWeightingKind kind, BoxHeadOutputs head, float[]? qualities, float[]? logits)
    {
        using var scope = NewDisposeScope();
        var golden = Golden[name]!;
        var targets = Targets(qualities);
        var outputs = Outputs(head, Numbers(golden["outputs"]!), logits);
        var sum = new BoxWeighting(kind, head).Weight(outputs, targets);
        foreach (var level in targets.Levels)
            level.ScalePositiveWeights(sum.Factor);

        var loss = Loss(outputs, targets, head, new() { Box = BoxLossKind.Giou });

        Assert.Equal(golden["value"]!.GetValue<double>(), loss.Box, 2e-6);
        var gradient = new List<float>();
        foreach (var (level, one) in targets.Levels.Index())
        {
            var rows = loss.Gradients[(2 * level) + 1].ToArray().Chunk(head.Count).ToArray();
            gradient.AddRange(one.Positives.ToArray().SelectMany(positive => rows[positive]));
        }

        Assert.Equal(Numbers(golden["gradient"]!), gradient, (a, b) => Math.Abs(a - b) < 2e-6);
    }

    private static LossResult Loss(LevelOutput[] outputs, BatchTargets targets, BoxHeadOutputs head, LossSettings settings) =>
        new DetectionLoss(settings, head).Evaluate(outputs, targets, Positives.Length);

    private BatchTargets Targets(float[]? qualities)
    {
        var boxes = Numbers(Golden["boxes"]!).Chunk(4).Select(box => new Box(box[0], box[1], box[2], box[3])).ToArray();
        LevelTargets[] levels = [.. _grid.Levels.Select(_ => new LevelTargets())];
        foreach (var (level, one) in levels.Index())
            one.Reset(1, _grid.Levels[level]);
        var labels = Enumerable.Repeat(SigmoidLoss.Background, _grid.Count).ToArray();
        foreach (var positive in Positives)
            labels[positive] = 1;
        var targets = new BatchTargets(new(1, 32, 32), levels);
        targets.Set(0, _grid, new(labels, Positives, [0, 1, 2, 3, 4]) { Qualities = qualities }, boxes);
        return targets;
    }

    /// <summary>Outputs that are 0 except at the positives.</summary>
    private LevelOutput[] Outputs(BoxHeadOutputs head, float[] positives, float[]? logits) =>
        [.. _grid.Levels.Select(level => new LevelOutput(Values(level, Classes, logits ?? new float[Positives.Length * Classes]), Values(level, head.Count, positives)))];

    private static Tensor Values(AnchorLevel level, int width, float[] positives)
    {
        var values = new float[level.Count * width];
        foreach (var (i, positive) in Positives.Index())
            if (positive >= level.Offset && positive < level.Offset + level.Count)
                positives.AsSpan(i * width, width).CopyTo(values.AsSpan((positive - level.Offset) * width));
        return TensorValues.Create(values, 1, level.Count, width);
    }

    private static float[] Numbers(JsonNode node) => node.Deserialize<float[]>()!;
}
