using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Trainings with every head and assigner.</summary>
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
        TinyRun.Train(All[name], _rectangles.Set, _rectangles.At("run"), _rectangles.Set, reports: reports);

        var epochs = reports.Epochs.ToList();
        Assert.True(epochs[^1].Box < .7 * epochs[0].Box, $"{epochs[0].Box} to {epochs[^1].Box}");
        using var detector = Detector.Load(_rectangles.At("run"), new() { Precision = Precision.Fp32 });
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

    private static RunSettings Points(AssignerKind kind) => Settings with { Model = Settings.Model.WithPoints(), Assigner = new() { Kind = kind } };
}
