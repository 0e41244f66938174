using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Trainings with every head and assigner, and with classification losses that other tests do not train until objects are detected.</summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public sealed class HeadTrainingTests : LeakCheck
{
    private static readonly RunSettings Settings = TinyRun.With(training => training with { Epochs = 20, Batch = 6, Shards = 2, LearningRate = 5e-3, Ema = .9 });

    private readonly Rectangles _rectangles = new(12);

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>Settings by name. Each head and each assigner is in one of them.</summary>
    internal static IReadOnlyDictionary<string, RunSettings> All { get; } = new Dictionary<string, RunSettings>
    {
        ["points, center"] = Points(AssignerKind.Center) with { Model = Settings.Model.WithPoints() with { Centerness = true } },
        ["points, distribution, atss"] = Points(AssignerKind.Atss) with { Model = Settings.Model.WithPoints() with { BoxHead = BoxHeadKind.Distribution } },
        ["points, simota"] = Points(AssignerKind.SimOta),
        ["anchors, distribution, iou"] = Settings with { Model = Settings.Model with { BoxHead = BoxHeadKind.Distribution } },
        ["anchors, task-aligned"] = Settings with { Assigner = new() { Kind = AssignerKind.TaskAligned } },
    };

    public override void Dispose()
    {
        _rectangles.Dispose();
        base.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Train_EveryHeadAndAssigner_LossFallsAndTheSavedModelDetects(string name)
    {
        var reports = new TinyRun.Reports();
        TinyRun.Train(All[name], _rectangles.Set, _rectangles.At("run"), _rectangles.Take(4), reports);

        var epochs = reports.Epochs.ToList();
        Assert.True(epochs[^1].Box < .7 * epochs[0].Box, $"{epochs[0].Box} to {epochs[^1].Box}");
        using var detector = Detector.Load(_rectangles.At("run"), new() { Precision = Precision.Fp32 });
        _rectangles.AssertMostAreDetected(detector);
    }

    [Theory]
    [InlineData(ClassificationLossKind.QualityFocal, AssignerKind.Iou)]
    [InlineData(ClassificationLossKind.QualityFocal, AssignerKind.TaskAligned)]
    [InlineData(ClassificationLossKind.Varifocal, AssignerKind.Iou)]
    [InlineData(ClassificationLossKind.PolyFocal, AssignerKind.Iou)]
    [InlineData(ClassificationLossKind.Asymmetric, AssignerKind.Iou)]
    public void Train_OtherClassificationLoss_LossFallsAndTheSavedModelDetects(ClassificationLossKind loss, AssignerKind assigner)
    {
        var reports = new TinyRun.Reports();
        TinyRun.Train(Settings.WithClassification(loss) with { Assigner = new() { Kind = assigner } }, _rectangles.Set, _rectangles.At("run"), _rectangles.Take(4), reports);

        var epochs = reports.Epochs.ToList();
        Assert.All(epochs, epoch => Assert.True(double.IsFinite(epoch.Classification + epoch.Box + epoch.Validation!.Classification)));
        Assert.True(epochs[^1].Classification < .8 * epochs[0].Classification, $"{epochs[0].Classification} to {epochs[^1].Classification}");
        using var detector = Detector.Load(_rectangles.At("run"), new() { Precision = Precision.Fp32 });
        Assert.Equal(loss, detector.Description.Settings.Loss.Classification);
        _rectangles.AssertMostAreDetected(detector);
    }

    private static RunSettings Points(AssignerKind kind) => Settings with { Model = Settings.Model.WithPoints(), Assigner = new() { Kind = kind } };
}
