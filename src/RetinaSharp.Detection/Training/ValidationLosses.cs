using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The losses of a whole set, batch by batch: divided by the positive anchors of all images, or, with <see cref="NormalizerKind.PerImage"/>, the
/// mean over the images; the classification loss of sampled anchors by the positives among them, as in training. So they do not depend on which
/// images go through the network together.
/// </summary>
internal sealed class ValidationLosses(NormalizerKind kind)
{
    private double _classification, _box;
    private long _images, _positives;
    private long? _sampled;

    /// <summary>The classification loss.</summary>
    public double Classification => _classification / (_sampled is { } sampled ? Math.Max(1, sampled) : Divisor);

    /// <summary>The box loss.</summary>
    public double Box => _box / Divisor;

    private long Divisor => Math.Max(1, kind == NormalizerKind.PerImage ? _images : _positives);

    /// <summary>Adds a batch.</summary>
    /// <param name="targets">Its targets.</param>
    /// <param name="sampled">Positives that were sampled; null: all of them count.</param>
    /// <param name="evaluate">The losses with a normalizer.</param>
    public void Add(BatchTargets targets, int? sampled, Func<LossNormalizer, LossResult> evaluate)
    {
        var loss = evaluate(kind == NormalizerKind.PerImage ? LossNormalizer.PerImage(targets.PositivesByImage(), 1) : 1);
        (_classification, _box) = (_classification + loss.Classification, _box + loss.Box);
        (_images, _positives) = (_images + targets.Size.Images, _positives + targets.PositiveCount);
        if (sampled is { } kept)
            _sampled = (_sampled ?? 0) + kept;
    }
}
