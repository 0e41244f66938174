using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

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
        var (objects, found) = (0, 0);
        foreach (var image in _rectangles.Set.Images)
        {
            var detections = detector.Detect(image.Path);
            Assert.All(detections, detection => Assert.InRange(detection.Score, .05f, 1));
            objects += image.Annotations.Count;
            found += image.Annotations.Count(annotation =>
                detections.Any(detection => detection.Class == annotation.Category && Iou.Compute(detection.Box, annotation.Box.ToCorners()) > .5));
        }

        Assert.True(found >= .5 * objects, $"{found} of {objects}");
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
