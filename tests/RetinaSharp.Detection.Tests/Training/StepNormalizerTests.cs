using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Tests.Training;

public sealed class StepNormalizerTests : IDisposable
{
    private static readonly Box[] One = [new(10, 12, 45, 50)], Two = [new(10, 12, 45, 50), new(3, 30, 60, 62)];

    // A step of two batches, of two images and of one.
    private readonly TrainingBatch[] _step = [Batch(One, []), Batch(Two)];
    private readonly int[] _positives;

    public StepNormalizerTests()
    {
        _positives = [.. _step.SelectMany(batch => batch.Targets.PositivesByImage())];
        Assert.True(_positives[0] > 0 && _positives[1] == 0 && _positives[2] > _positives[0]);
        Assert.Equal(_positives.Sum(), _step.Sum(batch => batch.Targets.PositiveCount));
    }

    public void Dispose()
    {
        foreach (var batch in _step)
            batch.Dispose();
    }

    [Fact]
    public void CreateNormalizers_Positives_AreThoseOfTheWholeStep()
    {
        var of = new StepNormalizer(NormalizerKind.Positives).CreateNormalizers(Count(_step));

        Assert.Equal([_positives.Sum(), _positives.Sum()], _step.Select(batch => Assert.Single(Divisors(of(batch)))));
    }

    [Fact]
    public void CreateNormalizers_PerImage_IsTheMeanOverTheImagesOfTheWholeStep()
    {
        var of = new StepNormalizer(NormalizerKind.PerImage).CreateNormalizers(Count(_step));

        Assert.Equal([_positives[0] * 3.0, 1 * 3], Divisors(of(_step[0])));
        Assert.Equal([_positives[2] * 3.0], Divisors(of(_step[1])));
    }

    [Fact]
    public void CreateNormalizers_MovingAverage_KeepsNineTenths()
    {
        var normalizer = new StepNormalizer(NormalizerKind.MovingAverage);
        var (first, second) = ((.9 * 100) + (.1 * _positives.Sum()), (.81 * 100) + (.19 * _positives.Sum()));

        Assert.Equal(first, Assert.Single(Divisors(normalizer.CreateNormalizers(Count(_step))(_step[1]))), 1e-12);
        Assert.Equal(second, Assert.Single(Divisors(normalizer.CreateNormalizers(Count(_step))(_step[0]))), 1e-12);
        Assert.Equal(second, normalizer.Average, 1e-12);
    }

    [Fact]
    public void CreateNormalizers_NoPositives_CountAsOne()
    {
        using var empty = Batch([[]]);

        Assert.Equal([1], Divisors(new StepNormalizer(NormalizerKind.Positives).CreateNormalizers(Count(empty))(empty)));
        Assert.Equal([1], Divisors(new StepNormalizer(NormalizerKind.PerImage).CreateNormalizers(Count(empty))(empty)));
        Assert.Equal(90.1, Assert.Single(Divisors(new StepNormalizer(NormalizerKind.MovingAverage).CreateNormalizers(Count(empty))(empty))), 1e-12);
    }

    private static StepCounts Count(params TrainingBatch[] step) => StepCounts.Compute(SingleProcess.Instance, step, null, isStopRequested: false, isCheckpointRequested: false);

    private static double[] Divisors(LossNormalizer normalizer) => [.. Enumerable.Range(0, normalizer.Count).Select(part => normalizer[part])];

    private static TrainingBatch Batch(params Box[][] images) =>
        Batches.Create(new(), new(), [.. images.Select(boxes => (Pictures.Paint(64, 64, boxes), boxes, new int[boxes.Length]))]);
}
