using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Says what a training reports, on the thread that reports it.</summary>
/// <param name="output">Where it is said.</param>
/// <param name="display">Where steps are shown.</param>
/// <param name="epochs">Epochs of the training.</param>
/// <param name="next">Who is told after; null: nobody.</param>
internal sealed class TrainingReporter(Output output, ProgressDisplay display, int epochs, IProgress<TrainingProgress>? next = null) : IProgress<TrainingProgress>
{
    private double _learningRate;
    private double _imagesPerSecond;
    private TimeSpan _remaining;

    public void Report(TrainingProgress progress)
    {
        switch (progress)
        {
            case TrainingNote { IsWarning: true } note:
                output.Warn(note.Text);
                break;
            case TrainingNote note:
                output.Say(note.Text);
                break;
            case TrainingStep step:
                (_learningRate, _imagesPerSecond, _remaining) = (step.LearningRate, step.ImagesPerSecond, step.Remaining);
                display.Show(step.Step, step.TotalSteps,
                    $"epoch {step.Epoch}/{epochs}  step {step.Step}/{step.TotalSteps}  {Losses(step.Classification, step.Box)}  {Pace()}",
                    $"epoch {step.Epoch}/{epochs}  loss {step.Classification:0.000} + {step.Box:0.000}  {step.ImagesPerSecond:0.0}/s  {Durations.Text(step.Remaining)} left");
                break;
            case TrainingEpoch epoch:
                output.Say($"epoch {epoch.Epoch}/{epoch.Epochs} done  {Losses(epoch.Classification, epoch.Box)}  {Pace()}{Validation(epoch)}");
                break;
        }

        next?.Report(progress);
    }

    private static string Losses(double classification, double box) => $"class loss {classification:0.0000}  box loss {box:0.0000}";

    private static string Validation(TrainingEpoch epoch) => epoch.Validation is not { } validation ? "" :
        $"  |  val {Losses(validation.Classification, validation.Box)}  AP {validation.Metrics.AP:0.000}  AP50 {validation.Metrics.AP50:0.000}{(epoch.IsBest ? "  best" : "")}";

    private string Pace() => $"lr {_learningRate:0.0e+0}  {_imagesPerSecond:0.0} images/s  {Durations.Text(_remaining)} left";
}
