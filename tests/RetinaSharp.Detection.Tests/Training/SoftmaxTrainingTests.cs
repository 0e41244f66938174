using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Training;

[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public sealed class SoftmaxTrainingTests : LeakCheck
{
    private readonly Rectangles _rectangles = new(12);

    public override void Dispose()
    {
        _rectangles.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Train_SoftmaxFocal_LossFallsAndTheSavedModelDetects()
    {
        var reports = new TinyRun.Reports();
        var settings = TinyRun.With(training => training with { Epochs = 20, Batch = 6, LearningRate = 5e-3, Ema = .9 });
        settings = settings with { Loss = settings.Loss with { Classification = ClassificationLossKind.SoftmaxFocal, Alpha = null } };
        TinyRun.Train(settings, _rectangles.Set, _rectangles.At("run"), reports: reports);

        var epochs = reports.Epochs.ToList();
        Assert.True(epochs[^1].Classification < .5 * epochs[0].Classification, $"{epochs[0].Classification} to {epochs[^1].Classification}");
        using var detector = Detector.Load(_rectangles.At("run"), new() { Precision = Precision.Fp32 });
        Assert.Equal(ClassificationLossKind.SoftmaxFocal, detector.Description.Settings.Loss.Classification);
        _rectangles.AssertMostAreDetected(detector);
    }

    [Fact]
    public void Load_DescriptionOfAnotherKindOfScores_IsRefused()
    {
        using var state = NetworkState.Create(RetinaNetArchitecture.Create(TinyRun.Settings, 2));
        var path = _rectangles.At("wrong.safetensors");
        var settings = TinyRun.Settings with { Loss = new() { Classification = ClassificationLossKind.SoftmaxFocal } };
        ModelFile.Save(path, state.Entries, new() { Settings = settings, Categories = _rectangles.Set.Categories });

        Assert.Equal(path, Assert.Throws<WeightsException>(() => ModelFile.Load(path)).File);
    }
}
