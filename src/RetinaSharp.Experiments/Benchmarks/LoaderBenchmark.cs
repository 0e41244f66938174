using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>
/// Epochs of the loaders alone, with nobody using what they make: from files to batches, the training's with its augmentation and the
/// assignment of anchors, the evaluation's with a network that finds nothing at once.
/// </summary>
/// <param name="set">The images.</param>
/// <param name="settings">Input size, augmentation, anchors and batch of a training.</param>
/// <param name="workers">Threads that make batches.</param>
public sealed class LoaderBenchmark(DetectionDataset set, RunSettings settings, int workers)
{
    private readonly TrainingLoader _files = Training(set, settings, workers, cacheBytes: 0);
    private readonly TrainingLoader _memory = Training(set, settings, workers, cacheBytes: long.MaxValue / 2);
    private readonly BufferPool<PixelBuffer> _pool = new();
    private int _epoch;

    /// <summary>Images of a training epoch: those that fill whole batches.</summary>
    public int TrainingImages => _files.BatchesPerEpoch * settings.Training.Batch;

    /// <summary>Images of an evaluation.</summary>
    public int EvaluationImages => set.Images.Count;

    /// <summary>An epoch of training whose images are decoded.</summary>
    public void TrainFromFiles() => Consume(_files.Epoch(_epoch++));

    /// <summary>An epoch of training whose images are in memory after the first time.</summary>
    public void TrainFromMemory() => Consume(_memory.Epoch(_epoch++));

    /// <summary>All images, as an evaluation takes them.</summary>
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
