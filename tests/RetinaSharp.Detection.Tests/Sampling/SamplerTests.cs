using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Distributed;
using RetinaSharp.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Sampling;

/// <summary>Against plain and slow forms of the strategies, on a batch of which one image has no boxes.</summary>
[Collection(TorchCollection.Name)]
public sealed class SamplerTests : LeakCheck
{
    private const int Images = 5;
    private const int Classes = 2;

    private readonly Pictures _pictures = Pictures.Mixed(Images);
    private readonly AnchorGenerator _anchors = new(new());
    private readonly DisposeScope _scope;
    private readonly TrainingBatch _batch;
    private readonly LevelOutput[] _outputs;
    private readonly List<Anchor>[] _all;

    public SamplerTests()
    {
        _scope = NewDisposeScope();
        _batch = Batch();
        _outputs = Outputs(_batch);
        _all = [.. Enumerable.Range(0, Images).Select(image => Read(image).ToList())];
        Assert.Contains(_all, anchors => anchors.All(anchor => anchor.Label < 0));
        Assert.Contains(_all, anchors => anchors.Count(anchor => anchor.Label >= 0) > 8);
        Assert.Contains(_all, anchors => anchors.Any(anchor => anchor.Label == SigmoidLoss.Ignore));
    }

    public override void Dispose()
    {
        _batch.Dispose();
        _scope.Dispose();
        _pictures.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData(128, .5)]
    [InlineData(16, .7)]
    [InlineData(100_000, .2)]
    public void Run_Ohem_KeepsTheGreatestLossesThatSurvive(int batch, double iou)
    {
        var positives = Run(new() { Kind = SamplingKind.Ohem, Batch = batch, NmsIouThreshold = iou });

        var expected = _all.Select(anchors => Survivors(anchors, iou).Take(batch).ToHashSet()).ToList();
        Assert.All(expected, kept => Assert.InRange(kept.Count, 8, batch));
        AssertKept(expected, positives);
    }

    [Theory]
    [InlineData(128, 3)]
    [InlineData(16, 3)]
    [InlineData(64, 1)]
    public void Run_OhemWithARatio_KeepsNegativesForEachPositive(int batch, int ratio)
    {
        var positives = Run(new() { Kind = SamplingKind.Ohem, Batch = batch, Ratio = ratio });

        AssertKept(_all.Select(anchors => InRatio(Survivors(anchors, .5), batch / (1 + ratio), ratio)), positives);
    }

    [Fact]
    public void Run_HardNegative_KeepsAllPositivesAndTheGreatestLossesOfTheRest()
    {
        var positives = Run(SamplingSettings.ForKind(SamplingKind.HardNegative));

        Assert.Equal(_batch.Targets.PositiveCount, positives);
        AssertKept(_all.Select(anchors => InRatio(ByLoss(anchors), int.MaxValue, 3)), positives);
    }

    [Fact]
    public void Run_HardNegativeOfEqualLossesAndNaN_KeepsTheFirstWithANumber()
    {
        using var scope = NewDisposeScope();
        // The image without boxes has NaN at the first half of its finest level. The loss of a large logit is the logit, without rounding.
        var (image, half) = (Array.FindIndex(_all, anchors => anchors.All(anchor => anchor.Label < 0)), _batch.Targets.Levels[0].AnchorsPerImage / 2);
        LevelOutput[] outputs = [.. _batch.Targets.Levels.Select((level, index) =>
        {
            var logits = Enumerable.Repeat(200f, Images * level.AnchorsPerImage * Classes).ToArray();
            if (index == 0)
                logits.AsSpan(image * level.AnchorsPerImage * Classes, half * Classes).Fill(float.NaN);
            return new LevelOutput(TensorValues.Create(logits, Images, level.AnchorsPerImage, Classes), zeros(Images, level.AnchorsPerImage, 4));
        })];

        AnchorSampler.Create(SamplingSettings.ForKind(SamplingKind.HardNegative), _anchors, 1)!.Sample(outputs, _batch.Targets, place => place);

        for (var i = 0; i < Images; i++)
        {
            var negatives = _all[i].Where(anchor => anchor.Label == SigmoidLoss.Background && (i != image || anchor.Index >= half)).Select(anchor => anchor.Index);
            var count = 3 * Math.Max(1, _all[i].Count(anchor => anchor.Label >= 0));
            Assert.Equal(negatives.Take(count), Kept(i).Where(anchor => anchor.Label < 0).Select(anchor => anchor.Index));
        }
    }

    [Theory]
    [InlineData(256, 64)]
    [InlineData(16, 4)]
    public void Run_Ratio_KeepsAsManyAsTheSettingsSayAtRandom(int batch, int maxPositives)
    {
        var sampler = AnchorSampler.Create(new() { Kind = SamplingKind.Ratio, Batch = batch, Ratio = 3 }, _anchors, 5)!;

        Assert.Equal(sampler.Sample(_outputs, _batch.Targets, image => 10 + image), sampler.CountPositives(_batch.Targets));

        for (var image = 0; image < Images; image++)
        {
            var (kept, positives) = (Kept(image), Math.Min(maxPositives, _all[image].Count(anchor => anchor.Label >= 0)));
            Assert.Equal(positives, kept.Count(anchor => anchor.Label >= 0));
            Assert.Equal(3 * Math.Max(1, positives), kept.Count(anchor => anchor.Label == SigmoidLoss.Background));
            // Over the whole image, not from a corner or a level.
            var negatives = kept.Where(anchor => anchor.Label < 0).Select(anchor => anchor.Index).ToList();
            Assert.True(positives < 10 || negatives.Min() < .2 * _all[image].Count && negatives.Max() > .8 * _all[image].Count);
        }
    }

    [Fact]
    public void Run_Ratio_FollowsFromSeedAndImageAlone()
    {
        var first = Draw(seed: 5, image: 10);

        Assert.Equal(first, Draw(seed: 5, image: 10));
        Assert.NotEqual(first, Draw(seed: 6, image: 10));
        Assert.NotEqual(first, Draw(seed: 5, image: 10 + Images));
        Assert.Equal(first[1..], Draw(seed: 5, image: 11, Rotated)[..^1]);

        string[] Draw(long seed, long image, Func<TrainingBatch>? load = null)
        {
            using var scope = NewDisposeScope();
            using var batch = (load ?? Batch)();
            AnchorSampler.Create(SamplingSettings.ForKind(SamplingKind.Ratio), _anchors, seed)!.Sample(Outputs(batch), batch.Targets, place => image + place);
            return [.. Enumerable.Range(0, Images).Select(place => string.Join(' ', batch.Targets.Levels.SelectMany(level =>
                level.Labels.Slice(place * level.AnchorsPerImage, level.AnchorsPerImage).ToArray())))];
        }
    }

    [Theory]
    [InlineData(SamplingKind.Ohem)]
    [InlineData(SamplingKind.HardNegative)]
    public void Run_Sampled_LossIsOfTheKeptAndBoxesAreUntouched(SamplingKind kind)
    {
        var settings = new LossSettings { Classification = ClassificationLossKind.CrossEntropy, Alpha = null };
        var whole = new DetectionLoss(settings).Evaluate(_outputs, _batch.Targets, _batch.Targets.PositiveCount);

        var positives = Run(SamplingSettings.ForKind(kind));
        var loss = new DetectionLoss(settings).Evaluate(_outputs, _batch.Targets, _batch.Targets.PositiveCount, positives);

        Assert.Equal(Enumerable.Range(0, Images).SelectMany(Kept).Sum(anchor => anchor.Loss) / positives, loss.Classification, 1e-5 * loss.Classification);
        Assert.Equal(whole.Box, loss.Box);
        Assert.Equal(whole.Gradients[1].ToArray(), loss.Gradients[1].ToArray());
        Assert.Equal(Enumerable.Range(0, Images).Sum(image => Kept(image).Count),
            Enumerable.Range(0, _outputs.Length).Sum(level => loss.Gradients[2 * level].ToArray().Chunk(Classes).Count(row => row[0] != 0)));
    }

    [Fact]
    public void Create_None_IsNone() => Assert.Null(AnchorSampler.Create(new(), _anchors, 1));

    [Fact]
    public void Run_ShardsOfOhem_WaitForThePositivesOfAll()
    {
        using var other = Rotated();
        var batches = new[] { _batch, other };
        var outputs = batches.Select(Outputs).ToArray();
        var sampler = AnchorSampler.Create(SamplingSettings.ForKind(SamplingKind.Ohem), _anchors, 1)!;
        using var threads = new ShardThreads(2, 1);
        using var sampling = new ShardSampling(sampler, StepCounts.Compute(SingleProcess.Instance, batches, sampler, isStopRequested: false, isCheckpointRequested: false), 2, SingleProcess.Instance, batches: 3);
        var normalizers = new double?[2];

        threads.Run(2, shard => normalizers[shard] = sampling.ForwardAndSample(shard, () => outputs[shard], batches[shard], 0).Normalizer);

        var kept = batches.Sum(batch => batch.Targets.Levels.Sum(level => level.Labels.ToArray().Count(label => label >= 0)));
        Assert.True(kept > 0);
        Assert.Equal([3.0 * kept, 3.0 * kept], normalizers);
    }

    [Fact]
    public void Run_AShardThatFails_DoesNotHoldTheOthers()
    {
        var sampler = AnchorSampler.Create(SamplingSettings.ForKind(SamplingKind.Ohem), _anchors, 1)!;
        using var threads = new ShardThreads(2, 1);
        using var sampling = new ShardSampling(sampler, default, 2, SingleProcess.Instance, batches: 1);

        Assert.Throws<InvalidOperationException>(() => threads.Run(2, shard => sampling.ForwardAndSample(shard, () => shard == 0 ? _outputs : throw new InvalidOperationException(), _batch, 0)));
    }

    private int Run(SamplingSettings settings) => AnchorSampler.Create(settings, _anchors, 1)!.Sample(_outputs, _batch.Targets, image => image);

    private TrainingBatch Batch() => Load(_pictures.Images);

    /// <summary>The same images, each a place nearer to the front, and the first at the end.</summary>
    private TrainingBatch Rotated()
    {
        var images = new AnnotatedImage[Images];
        for (var place = 0; place < Images; place++)
            images[_pictures.Images.IndexOf(_batch.Images[place].Source)] = _batch.Images[(place + 1) % Images].Source;
        return Load(images);
    }

    private TrainingBatch Load(IReadOnlyList<AnnotatedImage> images)
    {
        var set = new DetectionDataset { Source = "pictures", Categories = _pictures.Set.Categories, Images = images };
        return Pictures.Loader(set, new() { BatchSize = Images, Seed = 3 }, AugmentationSettings.None).EnumerateEpoch(0).First();
    }

    /// <summary>Logits of the first class are all different within an image, by clear steps, so that no order hangs on rounding.</summary>
    private LevelOutput[] Outputs(TrainingBatch batch)
    {
        var random = new RandomStream(9, "outputs");
        var count = batch.Targets.Levels.Sum(level => level.AnchorsPerImage);
        var ranks = Enumerable.Range(0, batch.Count).Select(_ =>
        {
            var order = Enumerable.Range(0, count).ToArray();
            random.Shuffle<int>(order);
            return order;
        }).ToArray();
        var offset = 0;
        return [.. batch.Targets.Levels.Select(level =>
        {
            var (logits, deltas) = (new float[batch.Count * level.AnchorsPerImage * Classes], new float[batch.Count * level.AnchorsPerImage * 4]);
            for (var i = 0; i < batch.Count * level.AnchorsPerImage; i++)
            {
                var (image, anchor) = Math.DivRem(i, level.AnchorsPerImage);
                logits[i * Classes] = -5 + (8f * ranks[image][offset + anchor] / count);
                logits[(i * Classes) + 1] = -4;
                for (var k = 0; k < 4; k++)
                    deltas[(4 * i) + k] = .1f * (float)random.NextNormal();
            }

            offset += level.AnchorsPerImage;
            return new LevelOutput(
                TensorValues.Create(logits, batch.Count, level.AnchorsPerImage, Classes), TensorValues.Create(deltas, batch.Count, level.AnchorsPerImage, 4));
        })];
    }

    private IEnumerable<Anchor> Read(int image)
    {
        var grid = _anchors.Generate(_batch.Height, _batch.Width);
        var index = 0;
        for (var level = 0; level < _outputs.Length; level++)
        {
            var count = _batch.Targets.Levels[level].AnchorsPerImage;
            var labels = _batch.Targets.Levels[level].Labels.Slice(image * count, count).ToArray();
            var (logits, deltas) = (_outputs[level].Logits.ToArray(), _outputs[level].BoxOutputs.ToArray());
            for (var i = 0; i < count; i++, index++)
            {
                var place = (image * count) + i;
                var loss = Enumerable.Range(0, Classes).Sum(k => Math.Log(1 + Math.Exp((labels[i] == k ? -1 : 1) * logits[(place * Classes) + k])));
                var delta = new BoxDelta(deltas[4 * place], deltas[(4 * place) + 1], deltas[(4 * place) + 2], deltas[(4 * place) + 3]);
                yield return new(index, labels[i], loss, BoxCoder.Decode(grid.Boxes[index], delta));
            }
        }
    }

    private List<Anchor> Kept(int image) => [.. Read(image).Where(anchor => anchor.Label != SigmoidLoss.Ignore)];

    private void AssertKept(IEnumerable<IReadOnlySet<Anchor>> expected, int positives)
    {
        var image = 0;
        foreach (var kept in expected)
            Assert.Equal(kept.OrderBy(anchor => anchor.Index), Kept(image++));
        Assert.Equal(Enumerable.Range(0, Images).Sum(i => Kept(i).Count(anchor => anchor.Label >= 0)), positives);
    }

    private static IEnumerable<Anchor> ByLoss(IEnumerable<Anchor> anchors) =>
        anchors.Where(anchor => anchor.Label != SigmoidLoss.Ignore).OrderByDescending(anchor => anchor.Loss);

    private static List<Anchor> Survivors(IEnumerable<Anchor> anchors, double iou)
    {
        var survivors = new List<Anchor>();
        foreach (var anchor in ByLoss(anchors))
        {
            if (survivors.All(other => Iou.Compute(other.Box, anchor.Box) <= (float)iou))
                survivors.Add(anchor);
        }

        return survivors;
    }

    private static HashSet<Anchor> InRatio(IEnumerable<Anchor> order, int maxPositives, int ratio)
    {
        var positives = order.Where(anchor => anchor.Label >= 0).Take(maxPositives).ToList();
        return [.. positives, .. order.Where(anchor => anchor.Label < 0).Take(ratio * Math.Max(1, positives.Count))];
    }

    private sealed record Anchor(int Index, int Label, double Loss, Box Box);
}
