using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;

namespace RetinaSharp.Detection.Tests.Sampling;

[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public sealed class SampledTrainingTests : LeakCheck
{
    private readonly Rectangles _rectangles = new(8);

    public override void Dispose()
    {
        _rectangles.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData(SamplingKind.Ohem)]
    [InlineData(SamplingKind.Ratio)]
    [InlineData(SamplingKind.HardNegative)]
    public void Train_Sampled_LossFalls(SamplingKind kind)
    {
        // OHEM's loss is of whatever is the hardest at the time, and so falls the slowest.
        var reports = new TinyRun.Reports();
        var settings = With(kind, TinyRun.With(training => training with { Epochs = 20, LearningRate = 5e-3, Shards = 2 }));

        TinyRun.Train(settings, _rectangles.Set, _rectangles.At("run"), _rectangles.Take(2), reports);

        var epochs = reports.Epochs.ToList();
        Assert.All(epochs, epoch => Assert.True(double.IsFinite(epoch.Classification + epoch.Box + epoch.Validation!.Classification)));
        Assert.True(epochs[^1].Classification < .8 * epochs[0].Classification, $"{epochs[0].Classification} to {epochs[^1].Classification}");
    }

    /// <summary>OHEM, which needs the outputs to know what it keeps, in shards; the others in batches that are accumulated too.</summary>
    [Theory]
    [InlineData(SamplingKind.Ohem, 8, 1, 4)]
    [InlineData(SamplingKind.Ratio, 4, 2, 2)]
    [InlineData(SamplingKind.HardNegative, 2, 4, 1)]
    public void Train_SampledInParts_IsTheWhole(SamplingKind kind, int batch, int accumulate, int shards)
    {
        var (whole, parts) = (new TinyRun.Reports(), new TinyRun.Reports());
        var settings = With(kind, TinyRun.NarrowWith(training => training with { Epochs = 1, Optimizer = OptimizerKind.Sgd, Ema = 0, Batch = 8, Shards = 1 })) with
        {
            // Statistics of the batch would differ.
            Model = TinyRun.Narrow.Model with { Norm = NormKind.Group },
        };
        TinyRun.Train(settings, _rectangles.Set, _rectangles.At("whole"), reports: whole);
        TinyRun.Train(settings with { Training = settings.Training with { Batch = batch, Accumulate = accumulate, Shards = shards } }, _rectangles.Set, _rectangles.At("parts"), reports: parts);

        var (expected, actual) = (whole.Epochs.Single(), parts.Epochs.Single());
        Assert.Equal(expected.Classification, actual.Classification, 1e-5 * expected.Classification);
        Assert.Equal(expected.Box, actual.Box, 1e-5 * expected.Box);
        var weights = TinyRun.Weights(_rectangles.At("parts/last.safetensors"));
        foreach (var (name, values) in TinyRun.Weights(_rectangles.At("whole/last.safetensors")))
            foreach (var (a, b) in values.Zip(weights[name]))
                Assert.Equal(a, b, 1e-5);
    }

    private static RunSettings With(SamplingKind kind, RunSettings settings) => settings with
    {
        Loss = settings.Loss with { Classification = ClassificationLossKind.CrossEntropy, Alpha = null, Sampling = SamplingSettings.ForKind(kind) },
    };
}
