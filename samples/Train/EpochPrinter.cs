using RetinaSharp.Detection.Training;

namespace RetinaSharp.Samples.Train;

/// <summary>
/// Prints a line after each epoch. It prints from the calling thread; <see cref="Progress{T}"/> would print from other threads, in any order.
/// </summary>
internal sealed class EpochPrinter : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value is TrainingEpoch epoch)
            Console.WriteLine($"epoch {epoch.Epoch} of {epoch.Epochs}: loss {epoch.Classification:F3} + {epoch.Box:F3}, AP {epoch.Validation?.Metrics.AP:F3}");
    }
}
