using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>A model that has learnt the rectangles, with its run folder; trained once for all tests.</summary>
public sealed class TrainedModel : IDisposable
{
    private readonly Rectangles _rectangles = new(12);
    private readonly TinyRun.Reports _reports = new();

    public TrainedModel()
    {
        Folder = _rectangles.At("run");
        // AdamW's rate, and no long average: few steps have to do.
        Settings = TinyRun.With(training => training with { Epochs = 30, Batch = 6, LearningRate = 5e-3, Ema = .9 });
        Result = TinyRun.Train(Settings, Set, Folder, _rectangles.Take(4), _reports);
    }

    public string Folder { get; }

    public RunSettings Settings { get; }

    public DetectionDataset Set => _rectangles.Set;

    /// <summary>The first images.</summary>
    public DetectionDataset Take(int count) => _rectangles.Take(count);

    public TrainingResult Result { get; }

    public IReadOnlyList<TrainingEpoch> Epochs => [.. _reports.Epochs];

    public IReadOnlyList<TrainingStep> Steps => [.. _reports.All.OfType<TrainingStep>()];

    /// <summary>A path for a file of a test.</summary>
    public string At(string name) => _rectangles.At(name);

    public void Dispose() => _rectangles.Dispose();
}
