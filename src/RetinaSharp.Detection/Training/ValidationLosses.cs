using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Accumulates the losses of a whole dataset over its batches. The losses are normalized by the number of positive anchors of all images or, with
/// <see cref="NormalizerKind.PerImage"/>, averaged over the images. With anchor sampling, the classification loss is normalized by the number of sampled
/// positives, and with weights of the positives, the box loss by the sum of the weights, as in training. The result does not depend on how images are batched.
/// </summary>
internal sealed class ValidationLosses(NormalizerKind kind)
{
    private double _classification, _box, _centerness;
    private long _images, _positives;
    private long? _sampled;
    private WeightSum? _weights;

    /// <summary>The normalized classification loss of all batches added so far.</summary>
    public double Classification => _classification / (_sampled is { } sampled ? Math.Max(1, sampled) : Divisor);

    /// <summary>The normalized box loss of all batches added so far.</summary>
    public double Box => ((_box * (_weights?.Factor ?? 1)) + _centerness) / Divisor;

    private long Divisor => Math.Max(1, kind == NormalizerKind.PerImage ? _images : _positives);

    /// <summary>Adds the losses of a batch.</summary>
    /// <param name="targets">Targets of the batch.</param>
    /// <param name="sampled">Number of sampled positive anchors; null without sampling.</param>
    /// <param name="weights">Sum of the weights that the targets have; null without weights.</param>
    /// <param name="evaluate">Computes the losses of the batch with a given normalizer.</param>
    public void Add(BatchTargets targets, int? sampled, WeightSum? weights, Func<LossNormalizer, LossResult> evaluate)
    {
        var loss = evaluate(kind == NormalizerKind.PerImage ? LossNormalizer.PerImage(targets.PositivesByImage(), 1) : 1);
        (_classification, _box, _centerness) = (_classification + loss.Classification, _box + loss.Box - loss.Centerness, _centerness + loss.Centerness);
        (_images, _positives) = (_images + targets.Size.Images, _positives + targets.PositiveCount);
        if (sampled is { } kept)
            _sampled = (_sampled ?? 0) + kept;
        if (weights is { } sum)
            _weights = (_weights ?? default) + sum;
    }
}
