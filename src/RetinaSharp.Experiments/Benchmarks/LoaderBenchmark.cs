using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>
/// A benchmark of the data loaders, from image files to batches, without a network. The training loader includes augmentation and anchor assignment. The
/// evaluation loader feeds an engine that returns no detections. With <see cref="RunSettings.Tile"/>, both load slices, too.
/// </summary>
/// <param name="set">The dataset.</param>
/// <param name="settings">Input size, slices, augmentation, anchors and batch size.</param>
/// <param name="workers">Number of worker threads of the training loader.</param>
public sealed class LoaderBenchmark(DetectionDataset set, RunSettings settings, int workers)
{
    private readonly TrainingLoader _files = Training(set, settings, workers, cacheBytes: 0);
    private readonly TrainingLoader _memory = Training(set, settings, workers, cacheBytes: long.MaxValue / 2);
    private int _epoch;

    /// <summary>Number of samples, images or slices, per training epoch, in which an incomplete last batch is left out.</summary>
    public int TrainingImages => _files.BatchesPerEpoch * settings.Training.Batch;

    /// <summary>Number of images per evaluation: all images of the dataset.</summary>
    public int EvaluationImages => set.Images.Count;

    /// <summary>Loads a training epoch, decoding all images from their files.</summary>
    public void TrainFromFiles() => Consume(_files.EnumerateEpoch(_epoch++));

    /// <summary>Loads a training epoch with a cache of decoded images, which the first call fills.</summary>
    public void TrainFromMemory() => Consume(_memory.EnumerateEpoch(_epoch++));

    /// <summary>Loads all images for evaluation.</summary>
    public void Evaluate()
    {
        using var detector = new ObjectDetector(new EmptyEngine(set, settings));
        foreach (var _ in detector.DetectMany(set.Images.Select(image => image.Path), settings.Training.Batch))
        {
        }
    }

    private static TrainingLoader Training(DetectionDataset set, RunSettings settings, int workers, long cacheBytes) => new(
        TrainingSamples.Create(set, settings), settings.Input, settings.Augmentation, new(settings.Model.Anchors), Assigner.CreateWithoutPredictions(settings.Assigner),
        new() { BatchSize = settings.Training.Batch, Workers = workers, Prefetch = 2 * workers, CacheBytes = cacheBytes });

    private static void Consume(IEnumerable<TrainingBatch> batches)
    {
        foreach (var batch in batches)
            batch.Dispose();
    }

    /// <summary>An inference engine without a network: its output has no pyramid levels, so there are no detections.</summary>
    private sealed class EmptyEngine(DetectionDataset set, RunSettings settings) : IInferenceEngine, IInferenceOutput
    {
        public DetectionModel Model { get; } = new() { Categories = set.Categories, Anchors = settings.Model.Anchors, Input = settings.Input, Tile = settings.Tile };

        public int MaxConcurrency => 1;

        public int LevelCount => 0;

        public IInferenceOutput Run(ImageBatch batch) => this;

        public LogitSpan Logits(int level, int image) => throw new ArgumentOutOfRangeException(nameof(level));

        public ReadOnlySpan<float> BoxOutputs(int level, int image) => throw new ArgumentOutOfRangeException(nameof(level));

        public void Dispose()
        {
        }
    }
}
