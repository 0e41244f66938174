using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Computes the losses of the regression head at the positive anchors of a pyramid level, and their gradient: the box loss, the distribution focal loss of
/// <see cref="DistributionCoding"/>, and the cross entropy of the center-ness. Gathers the outputs of the positive anchors, and scatters their gradients.
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
    /// <returns>The weighted sum of the losses, normalized, and its gradient in the shape of the outputs.</returns>
    public (double Value, Tensor Gradient) Evaluate(Tensor predictions, LevelTargets targets, LossNormalizer normalizer, Span<float> qualities)
    {
        var gradient = zeros_like(predictions);
        if (targets.Positives.Length == 0)
            return (0, gradient);
        var indices = new long[targets.Positives.Length];
        for (var i = 0; i < indices.Length; i++)
            indices[i] = targets.Positives[i];
        var positives = TensorMemory.Create<long>(indices, ScalarType.Int64, indices.Length).to(predictions.device);
        var predicted = predictions.view(-1, outputs.Count).index_select(0, positives).to(ScalarType.Float32, CPU).contiguous();
        var derivative = zeros_like(predicted);
        var (value, imagesPerPart) = (0.0, targets.Labels.Length / targets.AnchorsPerImage / normalizer.Count);
        for (int part = 0, first = 0, end; part < normalizer.Count; part++, first = end)
        {
            // Positives are sorted by image.
            var next = targets.Positives[first..].BinarySearch((part + 1) * imagesPerPart * targets.AnchorsPerImage);
            end = first + (next < 0 ? ~next : next);
            var scale = (float)(1 / normalizer[part]) * (float)settings.BoxWeight;
            value += Evaluate(predicted.Elements<float>(), targets, first..end, scale, derivative.Elements<float>());
        }

        if (!qualities.IsEmpty)
            Qualities(predicted.Elements<float>(), targets, qualities);
        gradient.view(-1, outputs.Count).index_copy_(0, positives, derivative.to(predictions.dtype, predictions.device));
        return (value, gradient);
    }

    private double Evaluate(Span<float> predicted, LevelTargets targets, Range range, float scale, Span<float> gradient)
    {
        if (outputs == BoxHeadOutputs.Delta)
        {
            return box.Evaluate(
                MemoryMarshal.Cast<float, BoxDelta>(predicted)[range], targets.PositiveAnchors[range], targets.PositiveTargets[range], scale, MemoryMarshal.Cast<float, BoxDelta>(gradient)[range]);
        }

        var sum = 0.0;
        var (first, count) = range.GetOffsetAndLength(targets.Positives.Length);
        for (var i = first; i < first + count; i++)
        {
            var row = (i * outputs.Count)..((i + 1) * outputs.Count);
            sum += Evaluate(predicted[row], targets.PositiveAnchors[i], targets.Stride, targets.PositiveTargets[i], scale, gradient[row]);
        }

        return sum * scale;
    }

    private double Evaluate(ReadOnlySpan<float> predicted, Box anchor, float stride, Box target, float scale, Span<float> gradient)
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

        var distances = BoxDistances.Encode(anchor, stride, target);
        if (coding is DistributionCoding { Sides: var distribution })
        {
            // The mean over the four sides.
            var weight = settings.DistributionWeight / 4;
            loss += weight * distribution.DistributionFocalLoss(coded, distances, scale * weight, codedGradient);
        }

        if (outputs.HasCenterness)
            loss += settings.CenternessWeight * Centerness(predicted[^1], distances.Centerness, scale * (float)settings.CenternessWeight, out gradient[^1]);
        return loss;
    }

    /// <summary>Computes the cross entropy of the center-ness, and its gradient times a factor.</summary>
    private static double Centerness(float logit, float target, float scale, out float gradient)
    {
        gradient = scale * (float)(1 / (1 + Math.Exp(-logit)) - target);
        // -log (1 - p) = x - log p.
        return Math.Max(-logit, 0) + Math.Log(1 + Math.Exp(-Math.Abs(logit))) + (1 - target) * logit;
    }

    /// <summary>Computes the quality of each positive anchor: that of the assigner or, without one, the IoU of the predicted box with its target.</summary>
    private void Qualities(ReadOnlySpan<float> predicted, LevelTargets targets, Span<float> qualities)
    {
        for (var i = 0; i < targets.Positives.Length; i++)
        {
            qualities[targets.Positives[i]] = targets.PositiveQualities.IsEmpty
                ? Iou.Compute(outputs.Decode(targets.PositiveAnchors[i], targets.Stride, predicted.Slice(i * outputs.Count, outputs.Count)), targets.PositiveTargets[i])
                : targets.PositiveQualities[i];
        }
    }
}
