using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Training;

/// <summary>Computes the loss normalizer of a step from the positive anchors of all its batches.</summary>
/// <param name="kind">Kind of normalizer.</param>
/// <param name="average">
/// Initial value of the moving average, for <see cref="NormalizerKind.MovingAverage"/>; in a resumed run, that of the checkpoint.
/// </param>
internal sealed class StepNormalizer(NormalizerKind kind, double average = StepNormalizer.FirstAverage)
{
    /// <summary>Initial value of the moving average in a new run.</summary>
    public const double FirstAverage = 100;

    private const double Momentum = .9;

    /// <summary>Exponential moving average, over the steps, of the number of positive anchors in a step.</summary>
    public double Average { get; private set; } = average;

    /// <summary>
    /// Updates the moving average with the positive anchors of a step. Returns a function that gives the normalizer for each batch of the step.
    /// </summary>
    public Func<TrainingBatch, LossNormalizer> CreateNormalizers(StepCounts step)
    {
        if (kind == NormalizerKind.PerImage)
            return batch => LossNormalizer.PerImage(batch.Targets.PositivesByImage(), step.Images);

        double divisor = Math.Max(1, step.Anchors.Positive);
        if (kind == NormalizerKind.MovingAverage)
            divisor = Average = (Momentum * Average) + ((1 - Momentum) * divisor);
        LossNormalizer common = divisor;
        return _ => common;
    }
}
