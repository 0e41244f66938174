using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Computes the losses of the regression head at the positive anchors of a pyramid level, and their gradient: the box loss, the distribution focal loss of
/// <see cref="DistributionCoding"/>, and the cross entropy of the center-ness. The first two are multiplied by <see cref="LevelTargets.PositiveWeights"/>.
/// Gathers the outputs of the positive anchors, and scatters their gradients.
/// </summary>
/// <param name="box">The box loss.</param>
/// <param name="settings">Weights of the losses.</param>
/// <param name="outputs">Meaning of the head's outputs.</param>
internal sealed class RegressionLoss(BoxLoss box, LossSettings settings, BoxHeadOutputs outputs)
{
    /// <summary>Computes the losses of a pyramid level.</summary>
    /// <param name="predictions">Outputs of the head, [N, n, outputs], detached from the autograd graph.</param>
    /// <param name="targets">Targets of the level.</param>
    /// <param name="normalizer">Divisor of the losses.</param>
    /// <param name="qualities">
    /// Receives the quality of each positive anchor at its index, [N · n]; empty: not computed. Elements of other anchors are left unchanged.
    /// </param>
    /// <returns>
    /// The sum of the box losses and of the cross entropies of the center-ness, weighted and normalized, and the gradient of both together in the shape of the
    /// outputs.
    /// </returns>
    public (double Box, double Centerness, Tensor Gradient) Evaluate(Tensor predictions, LevelTargets targets, LossNormalizer normalizer, Span<float> qualities)
    {
        var gradient = zeros_like(predictions);
        if (targets.Positives.Length == 0)
            return (0, 0, gradient);
        var positives = PositiveRows.Indices(targets, predictions.device);
        var predicted = PositiveRows.Gather(predictions, positives);
        var derivative = zeros_like(predicted);
        var (boxSum, centernessSum, imagesPerPart) = (0.0, 0.0, targets.Labels.Length / targets.AnchorsPerImage / normalizer.Count);
        for (int part = 0, first = 0, end; part < normalizer.Count; part++, first = end)
        {
            // Positives are sorted by image.
            var next = targets.Positives[first..].BinarySearch((part + 1) * imagesPerPart * targets.AnchorsPerImage);
            end = first + (next < 0 ? ~next : next);
            var scale = (float)(1 / normalizer[part]) * (float)settings.BoxWeight;
            var (box, centerness) = Evaluate(predicted.Elements<float>(), targets, first..end, scale, derivative.Elements<float>());
            (boxSum, centernessSum) = (boxSum + box, centernessSum + centerness);
        }

        for (var i = 0; i < targets.Positives.Length && !qualities.IsEmpty; i++)
            qualities[targets.Positives[i]] = Quality(outputs, predicted.Elements<float>(), targets, i);
        gradient.view(-1, outputs.Count).index_copy_(0, positives, derivative.to(predictions.dtype, predictions.device));
        return (boxSum, centernessSum, gradient);
    }

    private (double Box, double Centerness) Evaluate(Span<float> predicted, LevelTargets targets, Range range, float scale, Span<float> gradient)
    {
        if (outputs == BoxHeadOutputs.Delta && targets.PositiveWeights.IsEmpty)
        {
            return (box.Evaluate(
                MemoryMarshal.Cast<float, BoxDelta>(predicted)[range], targets.PositiveAnchors[range], targets.PositiveTargets[range], scale, MemoryMarshal.Cast<float, BoxDelta>(gradient)[range]), 0);
        }

        var (boxSum, centernessSum) = (0.0, 0.0);
        var (first, count) = range.GetOffsetAndLength(targets.Positives.Length);
        for (var i = first; i < first + count; i++)
        {
            var row = (i * outputs.Count)..((i + 1) * outputs.Count);
            var (anchor, target) = (targets.PositiveAnchors[i], targets.PositiveTargets[i]);
            var weight = targets.PositiveWeights.IsEmpty ? 1 : targets.PositiveWeights[i];
            boxSum += weight * EvaluateBox(predicted[row], anchor, targets.Stride, target, scale * weight, gradient[row]);
            if (outputs.HasCenterness)
            {
                var centerness = BoxDistances.Encode(anchor, targets.Stride, target).Centerness;
                centernessSum += settings.CenternessWeight * Centerness(predicted[row][^1], centerness, scale * (float)settings.CenternessWeight, out gradient[row][^1]);
            }
        }

        return (boxSum * scale, centernessSum * scale);
    }

    /// <summary>Computes the box loss of an anchor, with the distribution focal loss, and its gradient times a factor.</summary>
    private double EvaluateBox(ReadOnlySpan<float> predicted, Box anchor, float stride, Box target, float scale, Span<float> gradient)
    {
        var coding = outputs.Coding;
        var coded = predicted[..coding.Outputs];
        var codedGradient = gradient[..coding.Outputs];
        double loss;
        if (coding == BoxCoding.Delta)
        {
            loss = box.Evaluate(MemoryMarshal.Cast<float, BoxDelta>(coded), [anchor], [target], 1, MemoryMarshal.Cast<float, BoxDelta>(codedGradient));
            foreach (ref var derivative in codedGradient)
                derivative *= scale;
        }
        else
        {
            loss = box.EvaluateBox(coding.Decode(anchor, stride, coded), target, out var corners);
            coding.Backward(anchor, stride, coded, corners.Scale(scale, scale), codedGradient);
        }

        if (coding is DistributionCoding { Sides: var distribution })
        {
            // The mean over the four sides.
            var weight = settings.DistributionWeight / 4;
            loss += weight * distribution.DistributionFocalLoss(coded, BoxDistances.Encode(anchor, stride, target), scale * weight, codedGradient);
        }

        return loss;
    }

    /// <summary>Computes the cross entropy of the center-ness, and its gradient times a factor.</summary>
    private static double Centerness(float logit, float target, float scale, out float gradient)
    {
        gradient = scale * (float)(1 / (1 + Math.Exp(-logit)) - target);
        // -log (1 - p) = x - log p.
        return Math.Max(-logit, 0) + Math.Log(1 + Math.Exp(-Math.Abs(logit))) + (1 - target) * logit;
    }

    /// <summary>Computes the quality of a positive anchor: that of the assigner or, without one, the IoU of the predicted box with its target.</summary>
    /// <param name="outputs">Meaning of the head's outputs.</param>
    /// <param name="predicted">Outputs of the head at all positive anchors, [positives, outputs].</param>
    /// <param name="targets">Targets of the level.</param>
    /// <param name="positive">Index of the positive anchor in <see cref="LevelTargets.Positives"/>.</param>
    public static float Quality(BoxHeadOutputs outputs, ReadOnlySpan<float> predicted, LevelTargets targets, int positive) => targets.PositiveQualities.IsEmpty
        ? Iou.Compute(outputs.Decode(targets.PositiveAnchors[positive], targets.Stride, predicted.Slice(positive * outputs.Count, outputs.Count)), targets.PositiveTargets[positive])
        : targets.PositiveQualities[positive];
}
