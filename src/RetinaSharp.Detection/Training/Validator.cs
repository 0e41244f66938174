using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Losses, of sampled anchors where training samples them, and COCO metrics on a validation set. Each image is decoded once and goes
/// through the network once.
/// </summary>
internal sealed class Validator
{
    private readonly DetectionDataset _set;
    private readonly RunSettings _settings;
    private readonly RetinaNet _network;
    private readonly AnchorGenerator _anchors;
    private readonly IAssigner _assigner;
    private readonly ISampler? _sampler;
    private readonly DetectionLoss _loss;
    private readonly Predictor _predictor;
    private readonly Dictionary<AnnotatedImage, int> _numbers;
    private readonly BufferPool<PixelBuffer> _pool = new();
    private readonly int _threads;

    /// <param name="set">The validation images.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="network">A network in evaluation mode, whose weights change between two runs.</param>
    /// <param name="anchors">Its anchors.</param>
    /// <param name="threads">Threads of the network's operators.</param>
    /// <param name="components">Parts that the application brings.</param>
    public Validator(DetectionDataset set, RunSettings settings, RetinaNet network, AnchorGenerator anchors, int threads, TrainingComponents? components = null)
    {
        (_set, _settings, _network, _anchors, _threads) = (set, settings, network, anchors, threads);
        components ??= TrainingComponents.BuiltIn;
        _assigner = components.Assigner ?? new IouAssigner(settings.Assigner);
        _loss = components.CreateLoss(settings.Loss);
        _sampler = components.Sampler ?? AnchorSampler.Create(settings.Loss.Sampling, anchors, settings.Training.Seed, "validation sampling");
        _predictor = new(network, anchors, settings.Inference, set.Categories);
        _numbers = set.Images.Index().ToDictionary(image => image.Item, image => image.Index, ReferenceEqualityComparer.Instance as IEqualityComparer<AnnotatedImage>);
    }

    /// <summary>Evaluates the weights as they are.</summary>
    public ValidationResult Run(CancellationToken cancellationToken)
    {
        // Nothing else computes now.
        var threads = LibTorch.Threads;
        LibTorch.Threads = _threads;
        try
        {
            _network.InvalidateCache();
            int[] sameClasses = [.. Enumerable.Range(0, _set.Categories.Count)];
            var planner = new ViewPlanner(_settings.Input);
            var pipeline = new DetectionPipeline(planner, new(_settings.Inference, isLimitOfImage: true, 0), (batch, observe, _) => _predictor.Forward(batch, observe), _predictor.Finish, _pool);
            var losses = new ValidationLosses(_settings.Loss.Normalizer);
            var found = pipeline.Run(
                _set.Images, SetEvaluator.Reader(_set, planner), _settings.Training.Batch, null, cancellationToken, (images, batch, outputs) => AddLosses(losses, images, batch, outputs));
            var evaluation = SetEvaluator.Evaluate(found.Select(image => image.Detections), _set, sameClasses, cancellationToken);
            return new(losses.Classification, losses.Box, evaluation);
        }
        finally
        {
            LibTorch.Threads = threads;
        }
    }

    private void AddLosses(ValidationLosses losses, IReadOnlyList<AnnotatedImage> images, ImageBatch batch, LevelOutput[] outputs)
    {
        var targets = Assign(images, batch);
        int? sampled = _sampler?.Sample(outputs, targets, image => _numbers[images[image]]);
        using var scope = NewDisposeScope();
        losses.Add(targets, sampled, normalizer => _loss.Evaluate(outputs, targets, normalizer, sampled is null ? null : 1));
    }

    private BatchTargets Assign(IReadOnlyList<AnnotatedImage> images, ImageBatch batch)
    {
        var grid = _anchors.Generate(batch.Height, batch.Width);
        var samples = new BatchImage[images.Count];
        var assignments = new AnchorAssignment[images.Count];
        Parallel.For(0, images.Count, i =>
        {
            samples[i] = BatchImage.Create(images[i], Augmentation.Draw(AugmentationSettings.None, _settings.Input, images[i], new(0, "validation")), 0);
            assignments[i] = _assigner.Assign(grid, samples[i].Boxes, samples[i].Classes, samples[i].Ignored);
        });
        LevelTargets[] levels = [.. grid.Levels.Select(_ => new LevelTargets())];
        for (var level = 0; level < levels.Length; level++)
        {
            levels[level].Reset(images.Count, grid.Levels[level].Count);
            for (var i = 0; i < images.Count; i++)
                levels[level].Set(i, grid, grid.Levels[level], assignments[i], samples[i].Boxes);
        }

        return new(new(images.Count, batch.Height, batch.Width), levels);
    }
}
