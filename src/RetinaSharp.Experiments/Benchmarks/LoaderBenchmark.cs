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
        foreach (var _ in detector.DetectMany(set.Images.Select(image => image.File), settings.Training.Batch))
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

    /// <summary>An inference engine without a network, and its output without detections.</summary>
    private sealed class EmptyEngine(DetectionDataset set, RunSettings settings) : IInferenceEngine, IDetectionOutput
    {
        public DetectionModel Model { get; } = new() { Categories = set.Categories, Input = settings.Input, Tile = settings.Tile };

        public int MaxConcurrency => 1;

        public IInferenceOutput Run(ImageBatch batch) => this;

        public IReadOnlyList<ScoredBox> Detections(int image) => [];

        public void Dispose()
        {
        }
    }
}
