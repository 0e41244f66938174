using RetinaSharp.Annotations;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Sampling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Losses, of sampled anchors where training samples them, and COCO figures on a validation set, with the weights as they are; the
/// network is left ready for training.
/// </summary>
internal sealed class Validator
{
    private readonly AnnotatedSet _set;
    private readonly RunSettings _settings;
    private readonly RetinaNet _network;
    private readonly Predictor _predictor;
    private readonly TrainingLoader _losses;
    private readonly Sampler? _sampler;
    private readonly BufferPool<PixelBuffer> _pool = new();
    private readonly int _threads;

    public Validator(AnnotatedSet set, RunSettings settings, RetinaNet network, AnchorGenerator anchors, int threads)
    {
        (_set, _settings, _network, _threads) = (set, settings, network, threads);
        _predictor = new(network, anchors, settings.Inference, set.Categories);
        _sampler = Sampler.Create(settings.Loss.Sampling, anchors, settings.Training.Seed, "validation sampling");
        _losses = new(set, settings.Input, AugmentationSettings.None, anchors, new Assigner(settings.Assigner), new() { BatchSize = Math.Min(settings.Training.Batch, set.Images.Count) });
    }

    public ValidationResult Run(CancellationToken cancellation)
    {
        // Nothing else computes now.
        var threads = Engine.Threads;
        Engine.Threads = _threads;
        try
        {
            _network.Train(false);
            var (classification, box) = Losses(cancellation);
            int[] sameClasses = [.. Enumerable.Range(0, _set.Categories.Count)];
            var planner = new ViewPlanner(_settings.Input);
            var pipeline = new DetectionPipeline(planner, new(_settings.Inference, isLimitOfImage: true, 0), (batch, _) => _predictor.Forward(batch), _predictor.Finish, _pool);
            var found = pipeline.Run(_set.Images, SetEvaluator.Reader(_set, planner), _settings.Training.Batch, null, cancellation);
            return new(classification, box, SetEvaluator.Run(found.Select(image => image.Detections), _set, sameClasses, cancellation));
        }
        finally
        {
            Engine.Threads = threads;
            _network.Train(true);
        }
    }

    private (double Classification, double Box) Losses(CancellationToken cancellation)
    {
        using var guard = Autograd.WithoutGradient();
        var sums = new LossSums();
        foreach (var batch in _losses.Epoch(0, cancellation: cancellation))
        {
            using var owned = batch;
            using var scope = new TensorScope();
            var input = Preprocessing.Input(batch, _network);
            var outputs = _network.Forward(input);
            double? sampled = _sampler is null ? null : Math.Max(1, _sampler.Run(outputs, batch, (long)batch.Index * batch.Count));
            var normalizer = _settings.Loss.Normalizer == NormalizerKind.PerImage ? LossNormalizer.PerImage(batch.PositivesByImage(), batch.Count) : Math.Max(1, batch.PositiveCount);
            var loss = DetectionLoss.Evaluate(_settings.Loss, outputs, batch, normalizer, sampled);
            sums = sums.Add(loss.Classification, loss.Box);
        }

        return (sums.MeanClassification, sums.MeanBox);
    }
}
