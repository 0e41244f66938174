using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// The loss of a batch and its gradient with respect to the network's outputs, computed outside of the graph: one pass over the
/// logits, and the box loss at the positive anchors alone. Sums are in fp64, the rest in fp32, whatever
/// the type of the outputs.
/// </summary>
internal static class DetectionLoss
{
    /// <param name="settings">The loss.</param>
    /// <param name="outputs">What the network gave, by level.</param>
    /// <param name="targets">What it should have given.</param>
    /// <param name="normalizer">By what the sums are divided.</param>
    /// <param name="sampled">By what the classification loss is divided instead, where its anchors are a sample.</param>
    /// <param name="threads">Threads to use; 0: one for each core.</param>
    public static LossResult Evaluate(LossSettings settings, LevelOutput[] outputs, BatchTargets targets, LossNormalizer normalizer, double? sampled = null, int threads = 0)
    {
        using var guard = no_grad();
        double classification = 0, box = 0;
        var (tensors, gradients) = (new List<Tensor>(), new List<Tensor>());
        for (var level = 0; level < outputs.Length; level++)
        {
            var (logits, deltas) = outputs[level];
            var (classificationValue, logitsGradient) = ClassificationLoss.Evaluate(settings, logits.detach(), targets.Levels[level].Labels, sampled is { } chosen ? chosen : normalizer, threads);
            var (boxValue, deltasGradient) = Box(settings, deltas.detach(), targets.Levels[level], normalizer);
            classification += classificationValue;
            box += boxValue;
            tensors.AddRange([logits, deltas]);
            gradients.AddRange([logitsGradient, deltasGradient]);
        }

        return new(classification, box, tensors, gradients);
    }

    /// <summary>Gathers the predictions at the positive anchors, and spreads their gradients.</summary>
    private static (double Value, Tensor Gradient) Box(LossSettings settings, Tensor deltas, LevelTargets targets, LossNormalizer normalizer)
    {
        var gradient = zeros_like(deltas);
        if (targets.Positives.Length == 0)
            return (0, gradient);
        var places = new long[targets.Positives.Length];
        for (var i = 0; i < places.Length; i++)
            places[i] = targets.Positives[i];
        var positives = TensorMemory.Create<long>(places, ScalarType.Int64, places.Length).to(deltas.device);
        var predicted = deltas.view(-1, 4).index_select(0, positives).to(ScalarType.Float32, CPU).contiguous();
        var derivative = empty_like(predicted);
        var (value, imagesOfAPart) = (0.0, targets.Labels.Length / targets.AnchorsPerImage / normalizer.Parts);
        for (int part = 0, first = 0, end; part < normalizer.Parts; part++, first = end)
        {
            // Positives are in the order of the images.
            var next = targets.Positives[first..].BinarySearch((part + 1) * imagesOfAPart * targets.AnchorsPerImage);
            end = first + (next < 0 ? ~next : next);
            var scale = (float)(1 / normalizer[part]) * (float)settings.BoxWeight;
            value += settings.BoxLoss.Evaluate(
                Boxes(predicted)[first..end], targets.PositiveAnchors[first..end], targets.PositiveTargets[first..end], scale, Boxes(derivative)[first..end]);
        }

        gradient.view(-1, 4).index_copy_(0, positives, derivative.to(deltas.dtype, deltas.device));
        return (value, gradient);
    }

    private static Span<BoxDelta> Boxes(Tensor deltas) => MemoryMarshal.Cast<float, BoxDelta>(deltas.Elements<float>());
}
