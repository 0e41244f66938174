using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Training;

/// <summary>The learning rate at every step: a straight rise, then steps down or half a cosine.</summary>
/// <param name="settings">Rate, kind and warm-up.</param>
/// <param name="totalSteps">Steps of the whole training.</param>
internal sealed class LearningRateSchedule(TrainingSettings settings, long totalSteps)
{
    private const double WarmUpFactor = 1e-3;

    // A short training must not spend itself on warming up.
    private readonly long _warmUp = Math.Min(settings.WarmUp, Math.Max(1, totalSteps / 10));

    /// <param name="step">The step, from 0.</param>
    public double At(long step)
    {
        var rate = settings.ScaledLearningRate;
        if (step < _warmUp && settings.WarmUp > 0)
            return rate * (WarmUpFactor + ((1 - WarmUpFactor) * (step + 1) / _warmUp));
        return settings.Schedule switch
        {
            ScheduleKind.Step => rate * Math.Pow(.1, settings.Milestones.Count(share => step >= share * totalSteps)),
            _ => rate * .5 * (1 + Math.Cos(Math.PI * (step - _warmUp) / Math.Max(1, totalSteps - _warmUp))),
        };
    }
}
