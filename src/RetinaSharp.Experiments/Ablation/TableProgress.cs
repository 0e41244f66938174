using System.Diagnostics;
using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Counts the finished runs of an ablation table and estimates the remaining time.</summary>
/// <param name="total">Number of runs of the whole table.</param>
/// <param name="finished">The runs that are finished already.</param>
internal sealed class TableProgress(int total, IReadOnlyCollection<RunResult> finished)
{
    private readonly List<double> _seconds = [.. finished.Where(run => run.Failure is null).Select(run => run.Seconds)];
    private long _started = Stopwatch.GetTimestamp();

    /// <summary>Number of finished runs.</summary>
    public int Done { get; private set; } = finished.Count;

    /// <summary>Number of runs of the whole table.</summary>
    public int Total => total;

    /// <summary>Counts a run as finished.</summary>
    public void Finish(RunResult run)
    {
        Done++;
        // The duration of a diverged run is not representative.
        if (run.Failure is null)
            _seconds.Add(run.Seconds);
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>Estimates the remaining time of the table; null if unknown.</summary>
    /// <param name="progress">Progress of the current run; null between two runs.</param>
    public TimeSpan? Remaining(TrainingProgress? progress)
    {
        var left = (progress as TrainingStep)?.Remaining ?? TimeSpan.Zero;
        // Before the first run is finished, its own estimated duration is used for all runs.
        var each = _seconds.Count > 0 ? TimeSpan.FromSeconds(_seconds.Average()) : Stopwatch.GetElapsedTime(_started) + left;
        var others = Total - Done - (progress is null ? 0 : 1);
        return progress is null or TrainingStep ? left + others * each : null;
    }
}
