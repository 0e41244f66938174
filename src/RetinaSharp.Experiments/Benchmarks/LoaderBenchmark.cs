using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;

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
    private readonly BufferPool<PixelBuffer> _pool = new();
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
        var planner = new ViewPlanner(settings.Input);
        var pipeline = new DetectionPipeline(planner, new(settings.Inference, isLimitOfImage: true, sharedPixels: 0),
            forward: (_, _, _) => [], finish: (_, batch) => [.. batch.Images.Select(_ => Array.Empty<DetectedObject>())], _pool);
        foreach (var image in pipeline.Run(set.Images, SetEvaluator.Reader(set, planner), settings.Training.Batch, imagesDone: null, CancellationToken.None))
            image.Error?.Throw();
    }

    private static TrainingLoader Training(DetectionDataset set, RunSettings settings, int workers, long cacheBytes) => new(
        set, settings.Input, settings.Augmentation, new(settings.Model.Anchors), new IouAssigner(settings.Assigner),
        new() { BatchSize = settings.Training.Batch, Workers = workers, Prefetch = 2 * workers, CacheBytes = cacheBytes });

    private static void Consume(IEnumerable<TrainingBatch> batches)
    {
        foreach (var batch in batches)
            batch.Dispose();
    }
}
