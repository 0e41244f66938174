using RetinaSharp.Boxes;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Losses;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public class DetectionLossTests
{
    private const int Classes = 3;

    [Theory]
    [InlineData(ClassificationLossKind.Focal, BoxLossKind.SmoothL1)]
    [InlineData(ClassificationLossKind.CrossEntropy, BoxLossKind.Giou)]
    [InlineData(ClassificationLossKind.FocalStar, BoxLossKind.L1)]
    [InlineData(ClassificationLossKind.SoftmaxFocal, BoxLossKind.L1)]
    public void Evaluate_Bfloat16_IsTheSameButForRoundedGradients(ClassificationLossKind classification, BoxLossKind box)
    {
        using var scope = new TensorScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var settings = new LossSettings { Classification = classification, Box = box };
        var half = Outputs(batch, Classes + (settings.HasBackgroundOutput ? 1 : 0)).Select(level => new LevelOutput(level.Logits.To(ScalarType.BFloat16), level.Deltas.To(ScalarType.BFloat16))).ToArray();
        var single = half.Select(level => new LevelOutput(level.Logits.To(ScalarType.Float32), level.Deltas.To(ScalarType.Float32))).ToArray();

        var expected = DetectionLoss.Evaluate(settings, single, batch, batch.PositiveCount);
        var actual = DetectionLoss.Evaluate(settings, half, batch, batch.PositiveCount);

        Assert.Equal(expected.Classification, actual.Classification, 1e-6 * expected.Classification);
        Assert.Equal(expected.Box, actual.Box, 1e-6 * expected.Box);
        foreach (var (wanted, found) in expected.Gradients.Zip(actual.Gradients))
        {
            Assert.Equal(ScalarType.BFloat16, found.Type);
            foreach (var (a, b) in wanted.ToArray().Zip(found.ToArray()))
                Assert.InRange(Math.Abs(a - b), 0, (Math.Abs(a) / 200) + 1e-12);
        }
    }

    [Fact]
    public void Evaluate_IgnoredAnchors_TakeNoPart()
    {
        using var scope = new TensorScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var loss = DetectionLoss.Evaluate(new(), Outputs(batch), batch, batch.PositiveCount);

        var ignored = 0;
        for (var level = 0; level < batch.Levels.Count; level++)
        {
            var labels = batch.Levels[level].Labels;
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
        using var scope = new TensorScope();
        using var batch = Batch();
        var loss = DetectionLoss.Evaluate(new(), Outputs(batch), batch, 1);

        Assert.Equal(0, batch.PositiveCount);
        Assert.Equal(0, loss.Box);
        Assert.True(double.IsFinite(loss.Classification) && loss.Classification > 0);
        for (var level = 0; level < batch.Levels.Count; level++)
            Assert.All(loss.Gradients[(2 * level) + 1].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Evaluate_NormalizerAndBoxWeight_ScaleLossAndGradient()
    {
        using var scope = new TensorScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var outputs = Outputs(batch);
        var one = DetectionLoss.Evaluate(new(), outputs, batch, 1);
        var other = DetectionLoss.Evaluate(new() { BoxWeight = 3 }, outputs, batch, 4);

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
        using var scope = new TensorScope();
        using var batch = Batch(new Box(10, 12, 45, 50));
        var outputs = Outputs(batch, Classes + 1);
        var expected = 0.0;
        foreach (var (level, output) in batch.Levels.Zip(outputs))
            foreach (var (label, row) in level.Labels.ToArray().Zip(output.Logits.ToArray().Chunk(Classes + 1)))
            {
                if (label == SigmoidLoss.Ignore)
                    continue;
                var p = Math.Exp(row[label + 1]) / row.Sum(logit => Math.Exp(logit));
                expected -= (label < 0 ? background : foreground) * Math.Pow(1 - p, 2) * Math.Log(p);
            }

        var loss = DetectionLoss.Evaluate(new() { Classification = ClassificationLossKind.SoftmaxFocal, Alpha = alpha }, outputs, batch, 3);

        Assert.Equal(expected / 3, loss.Classification, 1e-5 * expected);
    }

    private static TrainingBatch Batch(params Box[] boxes) =>
        Batches.Of(new(), new(), Pictures.Paint(64, 64, boxes), boxes, [.. boxes.Select((_, i) => i % Classes)]);

    private static LevelOutput[] Outputs(TrainingBatch batch, int outputs = Classes)
    {
        var random = new RandomStream(1, "outputs");
        return [.. batch.Levels.Select(level => new LevelOutput(Values(level.AnchorsPerImage, outputs), Values(level.AnchorsPerImage, 4)))];

        Tensor Values(int count, int width) =>
            Tensor.From<float>([.. Enumerable.Range(0, count * width).Select(_ => (float)random.NextNormal())], Device.Cpu, 1, count, width);
    }
}
