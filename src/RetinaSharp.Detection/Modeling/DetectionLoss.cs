using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Computes the classification loss and the box loss of a batch, and their gradients with respect to the network's outputs. The losses are not part of the
/// network's autograd graph: the classification loss and its gradient need one pass over the logits, and the box loss is computed at the positive anchors
/// only. Sums are fp64, everything else is fp32, for outputs of any data type.
/// </summary>
public sealed class DetectionLoss
{
    private readonly IClassificationLoss _classification;
    private readonly RegressionLoss _regression;

    /// <summary>Creates the loss of a network that predicts box deltas from settings.</summary>
    /// <param name="settings">Kinds, parameters and weights of the losses.</param>
    public DetectionLoss(LossSettings settings)
        : this(settings, BoxHeadOutputs.Delta)
    {
    }

    /// <summary>Creates the loss from settings.</summary>
    /// <param name="settings">Kinds, parameters and weights of the losses.</param>
    /// <param name="outputs">Meaning of the regression head's outputs.</param>
    public DetectionLoss(LossSettings settings, BoxHeadOutputs outputs)
        : this(ClassificationLoss.Create(settings), settings.BoxLoss, settings, outputs)
    {
    }

    /// <summary>Creates the loss from custom losses.</summary>
    /// <param name="classification">The classification loss.</param>
    /// <param name="box">The box loss.</param>
    /// <param name="settings">Weights of the losses; their kinds are not used.</param>
    /// <param name="outputs">Meaning of the regression head's outputs.</param>
    public DetectionLoss(IClassificationLoss classification, BoxLoss box, LossSettings settings, BoxHeadOutputs outputs) =>
        (_classification, _regression) = (classification, new(box, settings, outputs));

    /// <summary>Statistics of all earlier steps, for an <see cref="IAdaptiveClassificationLoss"/>; empty for other losses.</summary>
    public IReadOnlyList<double> Statistics
    {
        get => (_classification as IAdaptiveClassificationLoss)?.Statistics ?? [];
        set => (_classification as IAdaptiveClassificationLoss)?.Statistics = value;
    }

    /// <summary>Whether the targets of the classification loss are qualities in [0, 1].</summary>
    public bool UsesQualities => _classification.UsesQualities;

    /// <summary>Computes both losses of a batch, and the gradients of their sum. The box loss is weighted if the targets have weights.</summary>
    /// <param name="outputs">Logits and box outputs of each pyramid level, finest first.</param>
    /// <param name="targets">Training targets of the anchors of the batch.</param>
    /// <param name="normalizer">Divisor of both losses.</param>
    /// <param name="classificationDivisor">Divisor of the classification loss, if anchors are sampled or their targets are an assigner's qualities; null: <paramref name="normalizer"/>.</param>
    /// <param name="threads">Number of threads; 0: one per core.</param>
    /// <exception cref="InvalidOperationException">A head's number of predictions differs from the number of anchors in the targets.</exception>
    public LossResult Evaluate(LevelOutput[] outputs, BatchTargets targets, LossNormalizer normalizer, double? classificationDivisor = null, int threads = 0)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        double classificationSum = 0, boxSum = 0, centernessSum = 0;
        IReadOnlyList<double> statistics = [];
        var (tensors, gradients) = (new List<Tensor>(), new List<Tensor>());
        for (var level = 0; level < outputs.Length; level++)
        {
            var (logits, boxes) = outputs[level];
            var one = targets.Levels[level];
            Check(outputs[level], one, level);
            // The regression loss comes first: the IoUs of its boxes are the targets of a quality loss.
            var qualities = _classification.UsesQualities ? new float[one.Labels.Length] : [];
            var (boxValue, centernessValue, boxGradient) = _regression.Evaluate(boxes.detach(), one, normalizer, qualities);
            var (classificationValue, logitsGradient) = _classification.Evaluate(logits.detach(), one.Labels, qualities, classificationDivisor is { } chosen ? chosen : normalizer, threads);
            if (_classification is IAdaptiveClassificationLoss adaptive && double.IsFinite(classificationValue))
                statistics = LossResult.Add(statistics, adaptive.Measure(logitsGradient, one.Labels));
            classificationSum += classificationValue;
            boxSum += boxValue + centernessValue;
            centernessSum += centernessValue;
            tensors.AddRange([logits, boxes]);
            gradients.AddRange([logitsGradient, boxGradient]);
        }

        scope.MoveToOuter(gradients);
        return new(classificationSum, boxSum, tensors, gradients) { Centerness = centernessSum, Statistics = statistics };
    }

    private static void Check(LevelOutput output, LevelTargets targets, int level)
    {
        var (anchors, boxes) = (output.Logits.shape[0] * output.Logits.shape[1], output.BoxOutputs.shape[0] * output.BoxOutputs.shape[1]);
        if (anchors != targets.Labels.Length || boxes != targets.Labels.Length)
            throw new InvalidOperationException($"Pyramid level {level}: the heads returned {anchors} rows of logits and {boxes} rows of box outputs for {targets.Labels.Length} anchors.");
    }
}
