using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The built-in schedules: linear warm-up, then the course that <see cref="ScheduleKind"/> describes. For <see cref="ScheduleKind.Plateau"/> it is constant:
/// the trainer, which knows the validation AP, divides it.
/// </summary>
/// <param name="settings">Learning rate, kind of schedule and its parameters, warm-up steps.</param>
public sealed class LearningRateSchedule(TrainingSettings settings) : ILearningRateSchedule
{
    private const double WarmUpFactor = 1e-3;

    // The defaults of PyTorch's OneCycleLR.
    private const double CycleRise = .3;
    private const double CycleStart = 1 / 25d;
    private const double CycleEnd = CycleStart / 1e4;

    /// <inheritdoc/>
    public double GetLearningRate(long step, long totalSteps)
    {
        var rate = settings.ScaledLearningRate;
        if (settings.Schedule == ScheduleKind.OneCycle)
            return rate * OneCycle(step, totalSteps);
        // In a short run, warm-up takes at most a tenth of the steps.
        var warmUp = Math.Min(settings.WarmUp, Math.Max(1, totalSteps / 10));
        if (step < warmUp && settings.WarmUp > 0)
            return rate * (WarmUpFactor + ((1 - WarmUpFactor) * (step + 1) / warmUp));
        var progress = (double)(step - warmUp) / Math.Max(1, totalSteps - warmUp);
        return rate * settings.Schedule switch
        {
            ScheduleKind.Step => Math.Pow(.1, settings.Milestones.Count(share => step >= share * totalSteps)),
            ScheduleKind.Polynomial => Math.Pow(1 - Math.Clamp(progress, 0, 1), settings.PolynomialPower),
            ScheduleKind.Plateau => 1,
            _ => Cosine(1, 0, progress),
        };
    }

    private static double OneCycle(long step, long totalSteps)
    {
        var top = Math.Max(1, (CycleRise * totalSteps) - 1);
        return step <= top
            ? Cosine(CycleStart, 1, step / top)
            : Cosine(1, CycleEnd, (step - top) / Math.Max(1, totalSteps - 1 - top));
    }

    /// <summary>Goes from one value to another along half a period of a cosine.</summary>
    private static double Cosine(double from, double to, double progress) => to + ((from - to) * .5 * (1 + Math.Cos(Math.PI * progress)));
}
