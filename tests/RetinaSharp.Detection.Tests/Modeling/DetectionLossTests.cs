using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public class DetectionLossTests : LeakCheck
{
    private const int Classes = 3;

    [Theory]
    [InlineData(ClassificationLossKind.Focal, BoxLossKind.SmoothL1)]
    [InlineData(ClassificationLossKind.CrossEntropy, BoxLossKind.Giou)]
    [InlineData(ClassificationLossKind.FocalStar, BoxLossKind.L1)]
    [InlineData(ClassificationLossKind.SoftmaxFocal, BoxLossKind.L1)]
    public void Evaluate_Bfloat16_IsTheSameButForRoundedGradients(ClassificationLossKind classification, BoxLossKind box)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var settings = new LossSettings { Classification = classification, Box = box };
        var half = Outputs(batch, Classes + (settings.HasBackgroundOutput ? 1 : 0)).Select(level => new LevelOutput(level.Logits.to(ScalarType.BFloat16), level.BoxOutputs.to(ScalarType.BFloat16))).ToArray();
        var single = half.Select(level => new LevelOutput(level.Logits.to(ScalarType.Float32), level.BoxOutputs.to(ScalarType.Float32))).ToArray();

        var expected = new DetectionLoss(settings).Evaluate(single, batch.Targets, batch.Targets.PositiveCount);
        var actual = new DetectionLoss(settings).Evaluate(half, batch.Targets, batch.Targets.PositiveCount);

        Assert.Equal(expected.Classification, actual.Classification, 1e-6 * expected.Classification);
        Assert.Equal(expected.Box, actual.Box, 1e-6 * expected.Box);
        foreach (var (wanted, found) in expected.Gradients.Zip(actual.Gradients))
        {
            Assert.Equal(ScalarType.BFloat16, found.dtype);
            foreach (var (a, b) in wanted.ToArray().Zip(found.ToArray()))
                Assert.InRange(Math.Abs(a - b), 0, (Math.Abs(a) / 200) + 1e-12);
        }
    }

    [Fact]
    public void Evaluate_IgnoredAnchors_TakeNoPart()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var loss = new DetectionLoss(new()).Evaluate(Outputs(batch), batch.Targets, batch.Targets.PositiveCount);

        var ignored = 0;
        for (var level = 0; level < batch.Targets.Levels.Count; level++)
        {
            var labels = batch.Targets.Levels[level].Labels;
            var (logits, deltas) = (loss.Gradients[2 * level].ToArray(), loss.Gradients[(2 * level) + 1].ToArray());
            for (var i = 0; i < labels.Length; i++)
            {
                ignored += labels[i] == SigmoidLoss.Ignore ? 1 : 0;
                for (var k = 0; k < Classes; k++)
                    Assert.Equal(labels[i] == SigmoidLoss.Ignore, logits[(i * Classes) + k] == 0);
                Assert.Equal(labels[i] < 0, deltas[4 * i] == 0 && deltas[(4 * i) + 1] == 0 && deltas[(4 * i) + 2] == 0 && deltas[(4 * i) + 3] == 0);
            }
        }
        Assert.InRange(ignored, 1, int.MaxValue);
    }

    [Fact]
    public void Evaluate_NoPositives_NoBoxLoss()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch();
        var loss = new DetectionLoss(new()).Evaluate(Outputs(batch), batch.Targets, 1);

        Assert.Equal(0, batch.Targets.PositiveCount);
        Assert.Equal(0, loss.Box);
        Assert.True(double.IsFinite(loss.Classification) && loss.Classification > 0);
        for (var level = 0; level < batch.Targets.Levels.Count; level++)
            Assert.All(loss.Gradients[(2 * level) + 1].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Evaluate_NormalizerAndBoxWeight_ScaleLossAndGradient()
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var outputs = Outputs(batch);
        var one = new DetectionLoss(new()).Evaluate(outputs, batch.Targets, 1);
        var other = new DetectionLoss(new() { BoxWeight = 3 }).Evaluate(outputs, batch.Targets, 4);

        Assert.Equal(one.Classification / 4, other.Classification, 1e-6 * one.Classification);
        Assert.Equal(one.Box * 3 / 4, other.Box, 1e-6 * one.Box);
        for (var i = 0; i < one.Gradients.Count; i++)
        {
            var factor = i % 2 == 0 ? .25 : .75;
            foreach (var (a, b) in one.Gradients[i].ToArray().Zip(other.Gradients[i].ToArray()))
                Assert.Equal(factor * a, b, (1e-5 * Math.Abs(a)) + 1e-12);
        }
    }

    [Theory]
    [InlineData(null, 1, 1)]
    [InlineData(.25, .75, .25)]
    public void Evaluate_SoftmaxFocal_IsTheFormulaOverClassesAndBackground(double? alpha, double background, double foreground)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var outputs = Outputs(batch, Classes + 1);
        var expected = 0.0;
        foreach (var (level, output) in batch.Targets.Levels.Zip(outputs))
            foreach (var (label, row) in level.Labels.ToArray().Zip(output.Logits.ToArray().Chunk(Classes + 1)))
            {
                if (label == SigmoidLoss.Ignore)
                    continue;
                var p = Math.Exp(row[label + 1]) / row.Sum(logit => Math.Exp(logit));
                expected -= (label < 0 ? background : foreground) * Math.Pow(1 - p, 2) * Math.Log(p);
            }

        var loss = new DetectionLoss(new() { Classification = ClassificationLossKind.SoftmaxFocal, Alpha = alpha }).Evaluate(outputs, batch.Targets, 3);

        Assert.Equal(expected / 3, loss.Classification, 1e-5 * expected);
    }

    [Theory]
    [InlineData(ClassificationLossKind.Focal, BoxLossKind.L1, ScalarType.Float32)]
    [InlineData(ClassificationLossKind.SoftmaxFocal, BoxLossKind.Giou, ScalarType.BFloat16)]
    public void Evaluate_EachImageByItsOwnPositives_IsTheMeanOfTheImages(ClassificationLossKind classification, BoxLossKind box, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var settings = new LossSettings { Classification = classification, Box = box };
        // The second has none, and the third more than the first.
        Box[][] boxes = [[new(10, 12, 45, 50)], [], [new(10, 12, 45, 50), new(3, 30, 60, 62)]];
        using var batch = Batches.Create(new(), new(), [.. boxes.Select(one => (Pictures.Paint(64, 64, one), one, one.Select((_, i) => i).ToArray()))]);
        var singles = boxes.Select(one => Batch(one)).ToArray();
        LevelOutput[][] outputs = [.. boxes.Select((_, i) => Outputs(batch, Classes + (settings.HasBackgroundOutput ? 1 : 0), seed: i, type))];

        var together = new DetectionLoss(settings).Evaluate([.. batch.Targets.Levels.Select((_, level) => new LevelOutput(
            Together(outputs.Select(one => one[level].Logits)), Together(outputs.Select(one => one[level].BoxOutputs))))], batch.Targets, LossNormalizer.PerImage(batch.Targets.PositivesByImage(), 3));
        var alone = singles.Zip(outputs, (one, output) => new DetectionLoss(settings).Evaluate(output, one.Targets, Math.Max(1, one.Targets.PositiveCount))).ToArray();

        Assert.Equal(alone.Average(one => one.Classification), together.Classification, 1e-6);
        Assert.Equal(alone.Average(one => one.Box), together.Box, 1e-6);
        Assert.True(singles[2].Targets.PositiveCount > singles[0].Targets.PositiveCount && alone[0].Box > 0);
        for (var i = 0; i < together.Gradients.Count; i++)
        {
            var wanted = alone.SelectMany(one => one.Gradients[i].ToArray()).ToArray();
            foreach (var (a, b) in wanted.Zip(together.Gradients[i].ToArray()))
                Assert.Equal(a / 3, b, (Math.Abs(a) * (type == ScalarType.BFloat16 ? .005 : 1e-5)) + 1e-12);
        }

        foreach (var single in singles)
            single.Dispose();

        Tensor Together(IEnumerable<Tensor> parts)
        {
            var values = parts.ToArray();
            return TensorValues.Create(values.SelectMany(one => one.ToArray()), values.Length, values[0].shape[1], values[0].shape[2]).to(type);
        }
    }

    [Fact]
    public void Evaluate_EachImageByItsOwnPositives_GradientIsTheSlope()
    {
        const float Step = 1e-2f;
        using var scope = NewDisposeScope();
        Box[] first = [new(10, 12, 45, 50)], second = [new(10, 12, 45, 50), new(3, 30, 60, 62)];
        using var batch = Batches.Create(new(), new(), (Pictures.Paint(64, 64, first), first, [1]), (Pictures.Paint(64, 64, second), second, [0, 2]));
        var level = Enumerable.Range(0, batch.Targets.Levels.Count).First(level => batch.Targets.Levels[level].Positives.Length > 1);
        var targets = batch.Targets.Levels[level];
        var random = new RandomStream(4, "outputs");
        LevelOutput[] outputs = [.. batch.Targets.Levels.Select(one => new LevelOutput(Values(one.AnchorsPerImage, Classes), Values(one.AnchorsPerImage, 4)))];
        var loss = Loss();

        // Places of positives, of both images, and one of the background.
        foreach (var anchor in new[] { targets.Positives[0], targets.Positives[^1], 0 })
        {
            Slope(outputs[level].Logits, loss.Gradients[2 * level], (anchor * Classes) + 1);
            Slope(outputs[level].BoxOutputs, loss.Gradients[(2 * level) + 1], (anchor * 4) + 2);
        }

        LossResult Loss() => new DetectionLoss(new() { Box = BoxLossKind.Giou }).Evaluate(outputs, batch.Targets, LossNormalizer.PerImage(batch.Targets.PositivesByImage(), 2));

        void Slope(Tensor output, Tensor gradient, int place)
        {
            var value = output.Elements<float>()[place];
            output.Elements<float>()[place] = value + Step;
            var above = Loss();
            output.Elements<float>()[place] = value - Step;
            var below = Loss();
            output.Elements<float>()[place] = value;
            var slope = (above.Classification + above.Box - below.Classification - below.Box) / (2 * Step);
            Assert.Equal(slope, gradient.ToArray()[place], (1e-3 * Math.Abs(slope)) + 1e-7);
        }

        Tensor Values(int count, int width) =>
            TensorValues.Create(Enumerable.Range(0, 2 * count * width).Select(_ => (float)random.NextNormal() / 2), 2, count, width);
    }

    [Theory]
    [InlineData(ClassificationLossKind.QualityFocal)]
    [InlineData(ClassificationLossKind.Varifocal)]
    [InlineData(ClassificationLossKind.PolyFocal)]
    [InlineData(ClassificationLossKind.Asymmetric)]
    [InlineData(ClassificationLossKind.EqualizedFocal)]
    public void Evaluate_DescendantsOfFocalLoss_GradientIsTheSlope(ClassificationLossKind kind)
    {
        const float Step = 1e-2f;
        using var scope = NewDisposeScope();
        using var batch = Batch(new Box(10, 12, 45, 50), new Box(30, 20, 60, 55));
        var level = Enumerable.Range(0, batch.Targets.Levels.Count).First(level => batch.Targets.Levels[level].Positives.Length > 1);
        var outputs = Outputs(batch);
        // Earlier steps, in which the classes had different gradients.
        var loss = new DetectionLoss(new LossSettings { Box = BoxLossKind.Giou }.WithClassification(kind)) { Statistics = [1, 5, 2, 3, 8, 90] };
        var gradient = loss.Evaluate(outputs, batch.Targets, 3).Gradients[2 * level].ToArray();

        foreach (var anchor in new[] { batch.Targets.Levels[level].Positives[0], batch.Targets.Levels[level].Positives[^1], 0 })
            for (var i = anchor * Classes; i < (anchor + 1) * Classes; i++)
            {
                var logits = outputs[level].Logits;
                var value = logits.Elements<float>()[i];
                logits.Elements<float>()[i] = value + Step;
                var above = loss.Evaluate(outputs, batch.Targets, 3).Classification;
                logits.Elements<float>()[i] = value - Step;
                var below = loss.Evaluate(outputs, batch.Targets, 3).Classification;
                logits.Elements<float>()[i] = value;
                Assert.Equal((above - below) / (2 * Step), gradient[i], (2e-3 * Math.Abs(gradient[i])) + 1e-5);
            }
    }

    [Fact]
    public void Evaluate_QualityFocal_TargetIsTheIouOfThePredictedBox()
    {
        using var scope = NewDisposeScope();
        var box = new Box(10, 12, 45, 50);
        using var batch = Batch(box);
        var outputs = Outputs(batch);
        var grid = new AnchorGenerator(new()).Generate(batch.Height, batch.Width);

        var loss = new DetectionLoss(new LossSettings().WithClassification(ClassificationLossKind.QualityFocal)).Evaluate(outputs, batch.Targets, 1);

        var expected = 0.0;
        foreach (var (level, targets) in batch.Targets.Levels.Index())
        {
            var (logits, deltas) = (outputs[level].Logits.ToArray(), outputs[level].BoxOutputs.ToArray());
            for (var i = 0; i < logits.Length; i++)
            {
                var (anchor, label) = (i / Classes, i % Classes);
                if (targets.Labels[anchor] == SigmoidLoss.Ignore)
                    continue;
                var quality = 0.0;
                if (targets.Labels[anchor] == label)
                {
                    var delta = deltas.AsSpan(4 * anchor, 4);
                    quality = Iou.Compute(BoxCoder.Decode(grid.Boxes[grid.Levels[level].Offset + anchor], new(delta[0], delta[1], delta[2], delta[3])), box);
                }

                var p = 1 / (1 + Math.Exp(-logits[i]));
                expected -= Math.Pow(Math.Abs(quality - p), 2) * ((quality * Math.Log(p)) + ((1 - quality) * Math.Log(1 - p)));
            }
        }

        Assert.Equal(expected, loss.Classification, 1e-4 * expected);
    }

    public static TheoryData<string> BoxHeads => [.. AllBoxHeads.Keys];

    private static Dictionary<string, BoxHeadOutputs> AllBoxHeads { get; } = new()
    {
        ["distance"] = new(BoxCoding.Distance),
        ["distance, center-ness"] = new(BoxCoding.Distance, HasCenterness: true),
        ["distribution"] = new(BoxCoding.Distribution(6)),
        ["distribution, center-ness"] = new(BoxCoding.Distribution(6), HasCenterness: true),
        ["delta, center-ness"] = new(BoxCoding.Delta, HasCenterness: true),
    };

    [Theory]
    [MemberData(nameof(BoxHeads))]
    public void Evaluate_EveryBoxHead_GradientIsTheSlope(string name)
    {
        const float Step = 1e-2f;
        using var scope = NewDisposeScope();
        using var batch = Batch(new Box(10, 12, 45, 50), new Box(30, 20, 60, 55));
        var level = Enumerable.Range(0, batch.Targets.Levels.Count).First(level => batch.Targets.Levels[level].Positives.Length > 1);
        var (random, head) = (new RandomStream(4, "outputs"), AllBoxHeads[name]);
        LevelOutput[] outputs = [.. batch.Targets.Levels.Select(one => new LevelOutput(Values(one.AnchorsPerImage, Classes), Values(one.AnchorsPerImage, head.Count)))];
        var loss = Loss();

        var gradient = loss.Gradients[(2 * level) + 1].ToArray();
        foreach (var anchor in new[] { batch.Targets.Levels[level].Positives[0], batch.Targets.Levels[level].Positives[^1] })
            for (var i = anchor * head.Count; i < (anchor + 1) * head.Count; i++)
            {
                var output = outputs[level].BoxOutputs;
                var value = output.Elements<float>()[i];
                output.Elements<float>()[i] = value + Step;
                var above = Loss().Box;
                output.Elements<float>()[i] = value - Step;
                var below = Loss().Box;
                output.Elements<float>()[i] = value;
                Assert.Equal((above - below) / (2 * Step), gradient[i], 2e-3);
            }

        Assert.Equal(head.Count * batch.Targets.Levels[level].Positives.Length, gradient.Count(one => one != 0) + gradient.Chunk(head.Count).Where(row => row.Any(one => one != 0)).Sum(row => row.Count(one => one == 0)));

        LossResult Loss() => new DetectionLoss(new() { Box = BoxLossKind.Giou, BoxWeight = 1.5, CenternessWeight = .7, DistributionWeight = .4 }, head).Evaluate(outputs, batch.Targets, 3);

        // Distances are positive, so that no slope is at the kink.
        Tensor Values(int count, int width) =>
            TensorValues.Create(Enumerable.Range(0, count * width).Select(_ => (float)random.NextDouble(.1, 1)), 1, count, width);
    }

    [Theory]
    [MemberData(nameof(BoxHeads))]
    public void Evaluate_BoxWeightOf0_IsWithoutBoxLoss(string name)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var head = AllBoxHeads[name];
        LevelOutput[] outputs = [.. batch.Targets.Levels.Select(one => new LevelOutput(zeros(1, one.AnchorsPerImage, Classes), ones(1, one.AnchorsPerImage, head.Count)))];

        var loss = new DetectionLoss(new() { Box = BoxLossKind.Giou, BoxWeight = 0 }, head).Evaluate(outputs, batch.Targets, 3);

        Assert.Equal(0, loss.Box);
        for (var level = 0; level < outputs.Length; level++)
            Assert.All(loss.Gradients[(2 * level) + 1].ToArray(), one => Assert.Equal(0, one));
    }

    private static TrainingBatch Batch(params Box[] boxes) =>
        Batches.Create(new(), new(), Pictures.Paint(64, 64, boxes), boxes, [.. boxes.Select((_, i) => i % Classes)]);

    private static LevelOutput[] Outputs(TrainingBatch batch, int outputs = Classes, int seed = 1, ScalarType type = ScalarType.Float32)
    {
        var random = new RandomStream(seed, "outputs");
        return [.. batch.Targets.Levels.Select(level => new LevelOutput(Values(level.AnchorsPerImage, outputs), Values(level.AnchorsPerImage, 4)))];

        Tensor Values(int count, int width) =>
            TensorValues.Create(Enumerable.Range(0, count * width).Select(_ => (float)random.NextNormal()), 1, count, width).to(type);
    }
}
