using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Computes the classification loss and the box loss of a batch, and their gradients with respect to the network's outputs. The losses are not part of the
/// network's autograd graph: the classification loss and its gradient need one pass over the logits, and the box loss is computed at the positive anchors
/// only. Sums are fp64, everything else is fp32, for outputs of any data type.
/// </summary>
/// <param name="classification">The classification loss.</param>
/// <param name="box">The box loss.</param>
/// <param name="boxWeight">Weight of the box loss.</param>
public sealed class DetectionLoss(IClassificationLoss classification, BoxLoss box, double boxWeight = 1)
{
    /// <summary>Creates the loss from settings.</summary>
    /// <param name="settings">Kinds, parameters and weights of the losses.</param>
    public DetectionLoss(LossSettings settings)
        : this(ClassificationLoss.Create(settings), settings.BoxLoss, settings.BoxWeight)
    {
    }

    /// <summary>Computes both losses of a batch, and the gradients of their sum.</summary>
    /// <param name="outputs">Logits and box deltas of each pyramid level, finest first.</param>
    /// <param name="targets">Training targets of the anchors of the batch.</param>
    /// <param name="normalizer">Divisor of both losses.</param>
    /// <param name="sampled">Divisor of the classification loss if anchors are sampled; null: <paramref name="normalizer"/>.</param>
    /// <param name="threads">Number of threads; 0: one per core.</param>
    /// <exception cref="InvalidOperationException">A head's number of predictions differs from the number of anchors in the targets.</exception>
    public LossResult Evaluate(LevelOutput[] outputs, BatchTargets targets, LossNormalizer normalizer, double? sampled = null, int threads = 0)
    {
        using var guard = no_grad();
        double classificationSum = 0, boxSum = 0;
        var (tensors, gradients) = (new List<Tensor>(), new List<Tensor>());
        for (var level = 0; level < outputs.Length; level++)
        {
            var (logits, deltas) = outputs[level];
            Check(outputs[level], targets.Levels[level], level);
            var (classificationValue, logitsGradient) = classification.Evaluate(logits.detach(), targets.Levels[level].Labels, sampled is { } chosen ? chosen : normalizer, threads);
            var (boxValue, deltasGradient) = EvaluateBoxes(deltas.detach(), targets.Levels[level], normalizer);
            classificationSum += classificationValue;
            boxSum += boxValue;
            tensors.AddRange([logits, deltas]);
            gradients.AddRange([logitsGradient, deltasGradient]);
        }

        return new(classificationSum, boxSum, tensors, gradients);
    }

    /// <summary>
    /// Computes the box loss of a pyramid level and its gradient: gathers the box deltas of the positive anchors, and scatters their gradients.
    /// </summary>
    private (double Value, Tensor Gradient) EvaluateBoxes(Tensor deltas, LevelTargets targets, LossNormalizer normalizer)
    {
        var gradient = zeros_like(deltas);
        if (targets.Positives.Length == 0)
            return (0, gradient);
        var indices = new long[targets.Positives.Length];
        for (var i = 0; i < indices.Length; i++)
            indices[i] = targets.Positives[i];
        var positives = TensorMemory.Create<long>(indices, ScalarType.Int64, indices.Length).to(deltas.device);
        var predicted = deltas.view(-1, 4).index_select(0, positives).to(ScalarType.Float32, CPU).contiguous();
        var derivative = empty_like(predicted);
        var (value, imagesPerPart) = (0.0, targets.Labels.Length / targets.AnchorsPerImage / normalizer.Count);
        for (int part = 0, first = 0, end; part < normalizer.Count; part++, first = end)
        {
            // Positives are sorted by image.
            var next = targets.Positives[first..].BinarySearch((part + 1) * imagesPerPart * targets.AnchorsPerImage);
            end = first + (next < 0 ? ~next : next);
            var scale = (float)(1 / normalizer[part]) * (float)boxWeight;
            value += box.Evaluate(
                Boxes(predicted)[first..end], targets.PositiveAnchors[first..end], targets.PositiveTargets[first..end], scale, Boxes(derivative)[first..end]);
        }

        gradient.view(-1, 4).index_copy_(0, positives, derivative.to(deltas.dtype, deltas.device));
        return (value, gradient);
    }

    private static void Check(LevelOutput output, LevelTargets targets, int level)
    {
        var (anchors, boxes) = (output.Logits.shape[0] * output.Logits.shape[1], output.Deltas.shape[0] * output.Deltas.shape[1]);
        if (anchors != targets.Labels.Length || boxes != targets.Labels.Length)
            throw new InvalidOperationException($"Pyramid level {level}: the heads returned {anchors} rows of logits and {boxes} rows of box deltas for {targets.Labels.Length} anchors.");
    }

    private static Span<BoxDelta> Boxes(Tensor deltas) => MemoryMarshal.Cast<float, BoxDelta>(deltas.Elements<float>());
}
