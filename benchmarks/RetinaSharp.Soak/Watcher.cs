using RetinaSharp.Detection.Training;

namespace RetinaSharp.Soak;

/// <summary>Notes the memory at every report of a training.</summary>
internal sealed class Watcher(Growth growth) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value is TrainingStep step)
            growth.Add(step.Step);
    }
}
