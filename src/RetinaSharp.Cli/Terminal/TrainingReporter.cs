using RetinaSharp.Cli.Reports;
using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Prints a line after each epoch of a training run, and displays the progress of the steps.</summary>
/// <param name="output">Receives the lines.</param>
/// <param name="display">Displays the progress of the steps.</param>
/// <param name="epochs">Number of epochs of the run.</param>
/// <param name="clock">Clock that counts down the remaining time since the last reported step.</param>
/// <param name="next">Receives every progress report after it is printed; null: none.</param>
internal sealed class TrainingReporter(Output output, ProgressDisplay display, int epochs, TimeProvider clock, IProgress<TrainingProgress>? next = null) : IProgress<TrainingProgress>
{
    private TrainingStep? _lastStep;
    private long _lastStepAt;

    public void Report(TrainingProgress value)
    {
        switch (value)
        {
            case TrainingStep step:
                (_lastStep, _lastStepAt) = (step, clock.GetTimestamp());
                display.Show(step.Step, step.TotalSteps,
                    $"epoch {step.Epoch}/{epochs}  step {step.Step}/{step.TotalSteps}  {Losses(step.Classification, step.Box)}  {Rate(step.LearningRate)}{Pace()}",
                    $"epoch {step.Epoch}/{epochs}  loss {step.Classification:0.000} + {step.Box:0.000}  {step.ImagesPerSecond:0.0}/s  {TimeLeft(step)} left");
                break;
            case TrainingEpoch epoch:
                output.Info($"epoch {epoch.Epoch}/{epoch.Epochs} done  {Losses(epoch.Classification, epoch.Box)}  {Rate(epoch.LearningRate)}{Pace()}{Validation(epoch)}");
                break;
        }

        next?.Report(value);
    }

    private static string Losses(double classification, double box) => $"class loss {classification:0.0000}  box loss {box:0.0000}";

    private static string Rate(double learningRate) => $"lr {learningRate:0.0e+0}";

    private static string Validation(TrainingEpoch epoch) => epoch.Validation is not { } validation ? "" :
        $"  |  val {Losses(validation.Classification, validation.Box)}  AP {MetricsReport.Format(validation.Metrics.AP)}  AP50 {MetricsReport.Format(validation.Metrics.AP50)}{(epoch.IsBest ? "  best" : "")}";

    // Empty before the first step: a run that is resumed at the end of an epoch starts with the validation.
    private string Pace() => _lastStep is { } step ? $"  {step.ImagesPerSecond:0.0} images/s  {TimeLeft(step)} left" : "";

    private string TimeLeft(TrainingStep step)
    {
        var left = step.Remaining - clock.GetElapsedTime(_lastStepAt);
        return Durations.Text(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }
}
