using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Trains one row with one seed, and measures what came out.</summary>
internal sealed class RowTrainer(DetectionDataset train, DetectionDataset validation, AblationOptions options)
{
    /// <summary>What a row detected in the validation images, in its run folder.</summary>
    public const string DetectionsFile = "detections.json";

    // Enough to have code and weights in place before the time of detection is taken.
    private const int WarmUpImages = 8;

    /// <summary>Trains to the end, or goes on with what the run folder holds, and leaves the result there.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, after a checkpoint.</exception>
    public RowTraining Train(PlannedTraining planned, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Folder, planned.Run);
        // AP by epoch is for the learning curve, of which one is enough; stopping early needs it every time.
        var curve = planned.IsFirst || planned.Settings.Training.EarlyStop > 0 ? validation : null;
        RowTraining result;
        try
        {
            var trained = new Trainer(planned.Settings, train, curve, new()
            {
                Folder = folder,
                Resume = true,
                Device = options.Device,
                Precision = options.Precision,
                Weights = options.Weights,
                CheckpointEvery = options.CheckpointEvery,
            }).Train(progress, cancellationToken);
            if (trained.IsCancelled)
                throw new OperationCanceledException(cancellationToken);
            result = Measure(planned, folder, trained, cancellationToken);
        }
        catch (TrainingDivergedException error)
        {
            result = new()
            {
                Run = planned.Run,
                Seed = planned.Settings.Training.Seed,
                Figures = new(),
                Failure = $"{error.Term} non-finite at step {error.Step}",
                Steps = error.Step,
                Seconds = 0,
            };
        }

        result.Write(folder);
        // Weights are for whoever wants to look; what it takes to go on is not, and is several times as large.
        foreach (var state in Directory.GetFiles(folder, CheckpointFile.Last + "*"))
            File.Delete(state);
        // As every later call will see it.
        return RowTraining.Find(folder)!;
    }

    private RowTraining Measure(PlannedTraining planned, string folder, TrainingResult trained, CancellationToken cancellationToken)
    {
        // The last weights, not the best epoch's: no row is to profit from choosing among more ups and downs.
        using var detector = Detector.Load(Path.Combine(folder, ModelFile.Last), new() { Device = options.Device, Precision = options.Precision });
        detector.DetectMany([.. validation.Images.Take(WarmUpImages).Select(image => image.Path)], WarmUpImages, cancellationToken: cancellationToken).ToList();
        var evaluation = SetEvaluator.Evaluate(detector, validation, cancellationToken: cancellationToken);
        DetectionResults.Write(Path.Combine(folder, DetectionsFile), evaluation.Detections);
        TrainingReport.Write(folder);
        return new()
        {
            Run = planned.Run,
            Seed = planned.Settings.Training.Seed,
            Figures = evaluation.Metrics,
            Steps = trained.Steps,
            Seconds = trained.Duration.TotalSeconds,
            Milliseconds = 1000 * evaluation.Seconds / evaluation.Images,
        };
    }
}
