using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Training;

/// <summary>By what the losses of a step are divided, over all batches of the step.</summary>
/// <param name="kind">How that is found.</param>
/// <param name="average">The average before the next step, for <see cref="NormalizerKind.MovingAverage"/>.</param>
internal sealed class StepNormalizer(NormalizerKind kind, double average = StepNormalizer.FirstAverage)
{
    /// <summary>The average before the first step.</summary>
    public const double FirstAverage = 100;

    private const double Kept = .9;

    /// <summary>Moving average of the positive anchors of a step.</summary>
    public double Average { get; private set; } = average;

    /// <summary>The divisors of a step's batches; the average goes on by a step.</summary>
    public Func<TrainingBatch, LossNormalizer> Next(IReadOnlyList<TrainingBatch> step)
    {
        if (kind == NormalizerKind.PerImage)
        {
            var images = step.Sum(batch => batch.Count);
            return batch => LossNormalizer.PerImage(batch.Targets.PositivesByImage(), images);
        }

        double divisor = Math.Max(1, step.Sum(batch => batch.Targets.PositiveCount));
        if (kind == NormalizerKind.MovingAverage)
            divisor = Average = (Kept * Average) + ((1 - Kept) * divisor);
        LossNormalizer common = divisor;
        return _ => common;
    }
}
