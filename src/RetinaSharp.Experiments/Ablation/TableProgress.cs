using System.Diagnostics;
using RetinaSharp.Detection.Training;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>How much of a table is done, and what the rest will take.</summary>
internal sealed class TablePace(int total, IReadOnlyCollection<RowTraining> kept)
{
    private readonly List<double> _seconds = [.. kept.Where(training => training.Failure is null).Select(training => training.Seconds)];
    private long _started = Stopwatch.GetTimestamp();

    /// <summary>Trainings that are done.</summary>
    public int Done { get; private set; } = kept.Count;

    /// <summary>Trainings of the whole table.</summary>
    public int Total => total;

    /// <summary>A training came to its end.</summary>
    public void Finish(RowTraining training)
    {
        Done++;
        // One that diverged says nothing about how long the others take.
        if (training.Failure is null)
            _seconds.Add(training.Seconds);
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>What the table will take from here on; null where nothing tells.</summary>
    /// <param name="progress">How far the training at hand is; null between two.</param>
    public TimeSpan? Remaining(TrainingProgress? progress)
    {
        var left = (progress as TrainingStep)?.Remaining ?? TimeSpan.Zero;
        // Before the first is done, it is its own measure.
        var each = _seconds.Count > 0 ? TimeSpan.FromSeconds(_seconds.Average()) : Stopwatch.GetElapsedTime(_started) + left;
        var others = Total - Done - (progress is null ? 0 : 1);
        return progress is null or TrainingStep ? left + others * each : null;
    }
}
