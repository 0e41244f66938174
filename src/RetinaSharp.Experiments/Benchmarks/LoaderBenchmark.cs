using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>
/// Epochs of the data loaders without a network: from files to batches, for training with augmentation and anchor assignment, for evaluation with a network that
/// returns no detections.
/// </summary>
/// <param name="set">The dataset.</param>
/// <param name="settings">Input size, augmentation, anchors and batch size.</param>
/// <param name="workers">Number of worker threads.</param>
public sealed class LoaderBenchmark(DetectionDataset set, RunSettings settings, int workers)
{
    private readonly TrainingLoader _files = Training(set, settings, workers, cacheBytes: 0);
    private readonly TrainingLoader _memory = Training(set, settings, workers, cacheBytes: long.MaxValue / 2);
    private int _epoch;

    /// <summary>Images per training epoch, without an incomplete last batch.</summary>
    public int TrainingImages => _files.BatchesPerEpoch * settings.Training.Batch;

    /// <summary>Images per evaluation.</summary>
    public int EvaluationImages => set.Images.Count;

    /// <summary>A training epoch that decodes all images.</summary>
    public void TrainFromFiles() => Consume(_files.Epoch(_epoch++));

    /// <summary>A training epoch with a cache of decoded images, filled by the first call.</summary>
    public void TrainFromMemory() => Consume(_memory.Epoch(_epoch++));

    /// <summary>An evaluation of all images.</summary>
    public void Evaluate()
    {
        using var detector = new ObjectDetector(new EmptyEngine(set, settings));
        foreach (var _ in detector.DetectMany(set.Images.Select(image => image.Path), settings.Training.Batch))
        {
        }
    }

    private static TrainingLoader Training(DetectionDataset set, RunSettings settings, int workers, long cacheBytes) => new(
        set, settings.Input, settings.Augmentation, new(settings.Model.Anchors), new IouAssigner(settings.Assigner),
        new() { BatchSize = settings.Training.Batch, Workers = workers, Prefetch = 2 * workers, CacheBytes = cacheBytes });

    private static void Consume(IEnumerable<TrainingBatch> batches)
    {
        foreach (var batch in batches)
            batch.Dispose();
    }

    /// <summary>An engine without a network: there are no pyramid levels, and so no detections.</summary>
    private sealed class EmptyEngine(DetectionDataset set, RunSettings settings) : IInferenceEngine, IInferenceOutput
    {
        public DetectionModel Model { get; } = new() { Categories = set.Categories, Anchors = settings.Model.Anchors, Input = settings.Input };

        public int MaxConcurrency => 1;

        public int LevelCount => 0;

        public IInferenceOutput Run(ImageBatch batch) => this;

        public LogitSpan Logits(int level, int image) => throw new ArgumentOutOfRangeException(nameof(level));

        public ReadOnlySpan<BoxDelta> Deltas(int level, int image) => throw new ArgumentOutOfRangeException(nameof(level));

        public void Dispose()
        {
        }
    }
}
