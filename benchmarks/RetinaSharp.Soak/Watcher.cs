using RetinaSharp.Detection.Training;

namespace RetinaSharp.Soak;

/// <summary>Measures the memory at every progress report of a training run.</summary>
internal sealed class Watcher(Growth growth) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value is TrainingStep step)
            growth.Add(step.Step);
    }
}
