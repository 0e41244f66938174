using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Training;

/// <summary>The built-in schedules: linear warm-up, then multiplication by .1 at milestones, or cosine decay to 0.</summary>
/// <param name="settings">Learning rate, kind of schedule, milestones and warm-up steps.</param>
public sealed class LearningRateSchedule(TrainingSettings settings) : ILearningRateSchedule
{
    private const double WarmUpFactor = 1e-3;

    /// <inheritdoc/>
    public double GetLearningRate(long step, long totalSteps)
    {
        // In a short run, warm-up takes at most a tenth of the steps.
        var warmUp = Math.Min(settings.WarmUp, Math.Max(1, totalSteps / 10));
        var rate = settings.ScaledLearningRate;
        if (step < warmUp && settings.WarmUp > 0)
            return rate * (WarmUpFactor + ((1 - WarmUpFactor) * (step + 1) / warmUp));
        return settings.Schedule switch
        {
            ScheduleKind.Step => rate * Math.Pow(.1, settings.Milestones.Count(share => step >= share * totalSteps)),
            _ => rate * .5 * (1 + Math.Cos(Math.PI * (step - warmUp) / Math.Max(1, totalSteps - warmUp))),
        };
    }
}
