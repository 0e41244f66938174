using RetinaSharp.Detection.Training;

namespace RetinaSharp.Experiments.TensorBoard;

/// <summary>
/// Writes the progress of a training run to TensorBoard event files in the run folder. About every second it writes losses, learning rate, images per second
/// and the share of positive anchors; after every epoch, the validation metrics and the seconds of each phase. A resumed run writes another file, which
/// replaces the steps of earlier files that are repeated.
/// </summary>
/// <param name="folder">The run folder.</param>
/// <param name="warn">Called once with a message if the file cannot be written; training continues without it.</param>
/// <param name="clock">Clock for the time stamps of the events; null: system time.</param>
public sealed class TensorBoardLog(string folder, Action<string> warn, TimeProvider? clock = null) : IProgress<TrainingProgress>, IDisposable
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private EventFile? _file;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        var time = _clock.GetUtcNow();
        try
        {
            switch (value)
            {
                case TrainingStart start:
                    _file = new(folder, time);
                    _file.Write(EventMessage.SessionStart(time, start.Step + 1));
                    break;
                case TrainingStep step:
                    _file?.Write(EventMessage.Scalars(time, step.Step, Scalars(step)));
                    break;
                case TrainingEpoch epoch:
                    _file?.Write(EventMessage.Scalars(time, epoch.Step, Scalars(epoch)));
                    break;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warn($"TensorBoard events cannot be written to {folder} ({error.Message}); training continues without them.");
            Dispose();
        }
    }

    /// <summary>Closes the event file.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private static IEnumerable<(string Tag, double Value)> Scalars(TrainingStep step) =>
    [
        ("training/loss_classification", step.Classification), ("training/loss_box", step.Box), ("training/learning_rate", step.LearningRate),
        ("training/images_per_second", step.ImagesPerSecond), ("training/positive_share", step.PositiveShare),
    ];

    private static IEnumerable<(string Tag, double Value)> Scalars(TrainingEpoch epoch)
    {
        foreach (var (phase, seconds) in epoch.Phases)
            yield return ($"seconds/{phase}", seconds);
        if (epoch.Validation is not { } validation)
            yield break;
        yield return ("validation/loss_classification", validation.Classification);
        yield return ("validation/loss_box", validation.Box);
        foreach (var (name, value) in validation.Metrics.ByName().Where(metric => metric.Value >= 0))
            yield return ($"validation/{name}", value);
    }
}
