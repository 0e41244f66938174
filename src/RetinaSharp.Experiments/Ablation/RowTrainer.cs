using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Trains a row of an ablation table with one seed, and evaluates the model.</summary>
internal sealed class RowTrainer(DetectionDataset train, DetectionDataset validation, AblationOptions options)
{
    /// <summary>Name of the file in the run folder that contains the detections on the validation set.</summary>
    public const string DetectionsFile = "detections.json";

    // Number of images of the warm-up, before inference is timed.
    private const int WarmUpImages = 8;

    /// <summary>Trains or resumes a run, and writes its result into the run folder.</summary>
    /// <returns>The result; if training diverged, its <see cref="RowRun.Failure"/> is set.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled; a checkpoint is written before.</exception>
    public RowRun Train(PlannedRun planned, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Folder, planned.Folder);
        // Validation after each epoch is for the training curves, for which the first seed is enough. Early stopping always needs it.
        var curve = planned.IsFirst || planned.Settings.Training.EarlyStop > 0 ? validation : null;
        RowRun result;
        try
        {
            var trained = new Trainer(planned.Settings, train, curve, new()
            {
                Folder = folder,
                Logger = options.Logger,
                Resume = true,
                Device = options.Device,
                Precision = options.Precision,
                CheckpointEvery = options.CheckpointEvery,
            }).Train(progress, cancellationToken);
            if (trained.IsCanceled)
                throw new OperationCanceledException(cancellationToken);
            result = Evaluate(planned, folder, trained, cancellationToken);
        }
        catch (TrainingDivergedException error)
        {
            result = new()
            {
                Folder = planned.Folder,
                Seed = planned.Settings.Training.Seed,
                Metrics = new(),
                Failure = $"{error.Term} non-finite at step {error.Step}",
                Steps = error.Step,
                Seconds = 0,
            };
        }

        result.Write(folder);
        // The weights are kept; checkpoints are several times as large and no longer needed.
        foreach (var state in Directory.GetFiles(folder, CheckpointFile.Last + "*"))
            File.Delete(state);
        // Returns what a later call would read from the file.
        return RowRun.Find(folder)!;
    }

    private RowRun Evaluate(PlannedRun planned, string folder, TrainingResult trained, CancellationToken cancellationToken)
    {
        // The last weights, not the best epoch's: selecting on the validation set would favor rows with noisier curves.
        using var detector = Detector.Load(Path.Combine(folder, ModelFile.Last), new() { Device = options.Device, Precision = options.Precision });
        detector.DetectMany([.. validation.Images.Take(WarmUpImages).Select(image => image.Path)], WarmUpImages, cancellationToken: cancellationToken).ToList();
        var evaluation = DatasetEvaluator.Evaluate(detector, validation, cancellationToken: cancellationToken);
        DetectionResults.Write(Path.Combine(folder, DetectionsFile), evaluation.Detections);
        TrainingReport.Write(folder);
        return new()
        {
            Folder = planned.Folder,
            Seed = planned.Settings.Training.Seed,
            Metrics = evaluation.Metrics,
            Steps = trained.Steps,
            Seconds = trained.Duration.TotalSeconds,
            Milliseconds = 1000 * evaluation.Seconds / evaluation.Images,
        };
    }
}
