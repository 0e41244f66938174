using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Data;
using RetinaSharp.Detection.Tests.Training;

namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>Networks whose pyramid begins at P2.</summary>
[Collection(TorchCollection.Name)]
public sealed class FinestLevelTests : LeakCheck
{
    private static RunSettings FromP3 { get; } = TinyRun.With(training => training with { Epochs = 30, Batch = 6, LearningRate = 5e-3, Ema = .9 });

    private static RunSettings FromP2 { get; } = FromP3 with { Model = FromP3.Model with { Anchors = FromP3.Model.Anchors with { MinLevel = 2 } } };

    [Fact]
    public void Generate_FromP2_HasFourTimesTheAnchorsFromHalfTheSize()
    {
        var (fine, coarse) = (Grid(FromP2), Grid(FromP3));

        Assert.Equal(4.0, (double)fine.Count / coarse.Count, .01);
        Assert.Equal(.5f * coarse.Boxes[0].Width, fine.Boxes[0].Width, 1e-5f);

        static AnchorGrid Grid(RunSettings settings) => new AnchorGenerator(settings.Model.Anchors).Generate(256, 320);
    }

    [Fact]
    public void Compute_ObjectsThatMatchNoAnchorOfP3_MatchOneOfP2()
    {
        // The smallest anchor of P3 has 16 x 16 pixels here, that of P2 8 x 8: IoUs of 25 / 256 and 25 / 64.
        var image = Pictures.Describe(96, 64, new Box(10, 10, 15, 15), new Box(41, 23, 46, 28), new Box(70, 52, 75, 57));
        var set = new DetectionDataset { Source = "small", Categories = [new(1, "first"), new(2, "second")], Images = [image] };

        Assert.Equal(3, AnchorStatistics.Compute(set, FromP3).BoxesWithoutAnchor);
        Assert.Equal(0, AnchorStatistics.Compute(set, FromP2).BoxesWithoutAnchor);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Train_FromP2_LossFallsAndTheSavedModelDetects()
    {
        using var rectangles = new Rectangles(12);
        var reports = new TinyRun.Reports();
        TinyRun.Train(FromP2, rectangles.Set, rectangles.At("run"), reports: reports);

        var epochs = reports.Epochs.ToList();
        Assert.True(epochs[^1].Classification < .5 * epochs[0].Classification, $"{epochs[0].Classification} to {epochs[^1].Classification}");
        Assert.True(epochs[^1].Box < .7 * epochs[0].Box, $"{epochs[0].Box} to {epochs[^1].Box}");
        using var detector = Detector.Load(rectangles.At("run"), new() { Precision = Precision.Fp32 });
        Assert.Equal(2, detector.Description.Settings.Model.Anchors.MinLevel);
        rectangles.AssertMostAreDetected(detector);
    }
}
