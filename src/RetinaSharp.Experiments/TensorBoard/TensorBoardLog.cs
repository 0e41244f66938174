using RetinaSharp.Detection.Training;

namespace RetinaSharp.Experiments.TensorBoard;

/// <summary>
/// Writes what a training reports as an event file for TensorBoard into its run folder: losses, learning rate, rate and share of positive
/// anchors about every second, and after every epoch the validation and where the time went. A training that is resumed goes on in
/// another file, which takes the place of what the earlier ones have of the steps that are done again.
/// </summary>
/// <param name="folder">The run folder.</param>
/// <param name="warn">Told once if the file cannot be written; the training goes on without.</param>
/// <param name="clock">Gives the time of events; the system's if left out.</param>
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
            warn($"The events for TensorBoard cannot be written to {folder} ({error.Message}); the training goes on without them.");
            Dispose();
        }
    }

    /// <summary>Closes the file.</summary>
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
        foreach (var (name, value) in validation.Metrics.ByName().Where(figure => figure.Value >= 0))
            yield return ($"validation/{name}", value);
    }
}
