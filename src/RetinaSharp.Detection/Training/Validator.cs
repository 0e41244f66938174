using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Distributed;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Computes losses and COCO metrics on a validation set. If training samples anchors, so does validation. Each image is decoded once, and the network runs on
/// it once. With <see cref="RunSettings.Tile"/>, the metrics are those of sliced inference, and the losses are those of all whole images and slices.
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
    private readonly BoxWeighting? _weighting;
    private readonly DetectionModel _model;
    private readonly int _threads;
    private readonly TrainingTiles? _tiles;
    private readonly IProcessGroup _group;

    // Index of the first image that this process evaluates.
    private readonly int _firstImage;

    // Number of regions (whole image and slices) of all images before each image.
    private readonly long[] _regionsBefore;

    /// <param name="set">The validation images.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="network">A network in evaluation mode. Its weights may change between calls of <see cref="Run"/>.</param>
    /// <param name="anchors">Generates the anchors of the network.</param>
    /// <param name="threads">Number of CPU threads of the network's operators.</param>
    /// <param name="components">Custom assigner, sampler and losses; null for the built-in ones.</param>
    /// <param name="loss">The loss of the training steps; null: it is created.</param>
    /// <param name="group">The processes that share the images; null: this one.</param>
    public Validator(
        DetectionDataset set, RunSettings settings, RetinaNet network, AnchorGenerator anchors, int threads, TrainingComponents? components = null, DetectionLoss? loss = null,
        IProcessGroup? group = null)
    {
        _group = group ?? SingleProcess.Instance;
        _firstImage = ImageShare.Compute(set.Images.Count, settings.Training.Batch, _group).First;
        (_set, _settings, _network, _anchors, _threads) = (set, settings, network, anchors, threads);
        components ??= TrainingComponents.BuiltIn;
        _assigner = components.CreateAssigner(settings);
        _loss = loss ?? components.CreateLoss(settings);
        _weighting = BoxWeighting.Create(settings);
        _sampler = components.Sampler ?? AnchorSampler.Create(settings.Loss.Sampling, anchors, settings.Training.Seed, settings.Model.BoxOutputs, "validation sampling");
        _model = new() { Categories = set.Categories, Anchors = settings.Model.Anchors, BoxOutputs = settings.Model.BoxOutputs, Input = settings.Input, Tile = settings.Tile, Inference = settings.Inference };
        _tiles = TrainingTiles.Create(settings);
        _regionsBefore = new long[set.Images.Count];
        for (var i = 1; i < _regionsBefore.Length; i++)
            _regionsBefore[i] = _regionsBefore[i - 1] + (_tiles?.Plan(set.Images[i - 1]).Count ?? 1);
    }

    /// <summary>Evaluates the current weights of the network on all images of the validation set.</summary>
    public ValidationResult Run(CancellationToken cancellationToken)
    {
        _network.InvalidateCache();
        var losses = new ValidationLosses(_settings.Loss.Normalizer);
        using var detector = new ObjectDetector(new TorchEngine(_network, _model, _threads, (batch, outputs) => AddLosses(losses, batch, outputs)));
        var evaluation = DatasetEvaluator.Evaluate(detector, _set, _settings.Training.Batch, group: _group, cancellationToken: cancellationToken);
        var (classification, box) = losses.Compute(_group);
        return new(classification, box, evaluation);
    }

    private void AddLosses(ValidationLosses losses, ImageBatch batch, LevelOutput[] outputs)
    {
        AnnotatedImage[] images = [.. batch.Indices.Zip(batch.Regions, (index, region) => Sample(_firstImage + (int)index, region))];
        var targets = Assign(images, batch, outputs);
        int? sampled = _sampler?.Sample(outputs, targets, image => RegionIndex(_firstImage + (int)batch.Indices[image], batch.Regions[image]));
        using var scope = NewDisposeScope();
        double? divisor = sampled is not null ? sampled : _loss.UsesQualities && targets.QualitySum > 0 ? targets.QualitySum : null;
        losses.Add(targets, divisor, _weighting?.Weight(outputs, targets), normalizer => _loss.Evaluate(outputs, targets, normalizer, divisor is null ? null : 1));
    }

    private AnnotatedImage Sample(int index, ImageRegion region) => _tiles is null ? _set.Images[index] : _tiles.Cut(_set.Images[index], region);

    /// <summary>Returns the index of a region among those of the whole validation set.</summary>
    private long RegionIndex(int index, ImageRegion region) =>
        _regionsBefore[index] + (_tiles is null ? 0 : Math.Max(0, _tiles.Plan(_set.Images[index]).ToList().IndexOf(region)));

    private BatchTargets Assign(IReadOnlyList<AnnotatedImage> images, ImageBatch batch, LevelOutput[] outputs)
    {
        var grid = _anchors.Generate(batch.Height, batch.Width);
        LevelTargets[] levels = [.. grid.Levels.Select(_ => new LevelTargets())];
        foreach (var (level, targetsOfLevel) in levels.Index())
            targetsOfLevel.Reset(images.Count, grid.Levels[level]);
        var targets = new BatchTargets(new(images.Count, batch.Height, batch.Width), levels);
        BatchImage[] samples = [.. images.Select(image => BatchImage.Create(image, _settings.Input))];
        if (_assigner.UsesPredictions)
        {
            new PredictionAssignment(_assigner, _anchors, _settings.Model.BoxOutputs).Assign(outputs, targets, samples);
            return targets;
        }

        var assignments = new AnchorAssignment[images.Count];
        Parallel.For(0, images.Count, i => assignments[i] = _assigner.Assign(grid, samples[i].Boxes, samples[i].Classes, samples[i].Ignored));
        foreach (var (i, assignment) in assignments.Index())
            targets.Set(i, grid, assignment, samples[i].Boxes);
        return targets;
    }
}
