using System.Security.Cryptography;
using System.Text;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Runs;

/// <summary>
/// Trains and evaluates the runs of an experiment. A run folder is named by a hash of everything that determines the run's result, so that an interrupted
/// experiment resumes, and experiments in the same folder share runs.
/// </summary>
/// <param name="train">Training set.</param>
/// <param name="validation">Validation set, with the same classes.</param>
/// <param name="options">Options that all runs share.</param>
/// <param name="runsFolder">Name of the folder of the runs, in the output folder.</param>
internal sealed class RunTrainer(DetectionDataset train, DetectionDataset validation, ExperimentOptions options, string runsFolder = "runs")
{
    /// <summary>Name of the file in the run folder that contains the detections on the validation set.</summary>
    public const string DetectionsFile = "detections.json";

    // Hexadecimal digits: 48 bits make a collision unlikely for any realistic number of runs.
    private const int DigestDigits = 12;

    // Number of images of the warm-up, before inference is timed.
    private const int WarmUpImages = 8;

    private readonly string _identity = Identify(train, validation, options);
    private readonly Dictionary<string, string> _weightDigests = [];

    /// <summary>Returns the run with given settings. Its folder name is a hash of everything but the seed, followed by the seed. All processes plan the same runs in the same order.</summary>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="isValidated">Whether the run is validated after each epoch if its settings do not need that.</param>
    /// <exception cref="WeightsException">The file of the initial weights does not exist or cannot be read.</exception>
    /// <exception cref="DistributedException">The processes have different initial weights, or the connection to one of them failed.</exception>
    public PlannedRun Plan(RunSettings settings, bool isValidated)
    {
        var training = settings.Training;
        var key = SettingsJson.Write(settings with { Training = training with { Seed = 0 } }) + '\n' + _identity;
        if (DigestWeights(settings.Weights) is { } weights)
            key += '\n' + weights;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..DigestDigits];
        return new(settings, Path.Combine(runsFolder, $"{digest}-{training.Seed}"), isValidated || training.EarlyStop > 0 || training.Schedule == ScheduleKind.Plateau);
    }

    /// <summary>Reads the result of a run; returns null if the run is not finished.</summary>
    /// <exception cref="DatasetException">The result is corrupt.</exception>
    public RunResult? Find(PlannedRun planned) => RunResult.Find(Path.Combine(options.Folder, planned.Folder));

    /// <summary>Trains or resumes a run, and writes its result into the run folder.</summary>
    /// <returns>The result; if training diverged, its <see cref="RunResult.Failure"/> is set.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled; a checkpoint is written before.</exception>
    public RunResult Train(PlannedRun planned, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Folder, planned.Folder);
        RunResult result;
        try
        {
            var trained = new Trainer(planned.Settings, train, planned.IsValidated ? validation : null, new()
            {
                Folder = folder,
                Logger = options.Logger,
                Resume = true,
                Device = options.Device,
                Precision = options.Precision,
                CheckpointEvery = options.CheckpointEvery,
                Threads = options.Threads,
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
        return RunResult.Find(folder)!;
    }

    /// <summary>Returns what all runs have in common, and checks that all processes have the same.</summary>
    private static string Identify(DetectionDataset train, DetectionDataset validation, ExperimentOptions options)
    {
        var (trainDigest, validationDigest) = (DatasetDigest.ComputeForTraining(train), DatasetDigest.ComputeForValidation(validation));
        var engine = $"{options.Precision}\n{options.Device?.type.ToString().ToLowerInvariant() ?? "cpu"}";
        RunAgreement.RequireEqualData(options.Group, trainDigest, validationDigest);
        options.Group.RequireEqual(engine, "another device or precision: start all processes with the same command");
        return string.Join('\n', trainDigest, validationDigest, engine);
    }

    /// <summary>
    /// Returns the digest of the initial weights' file, which may be replaced by another of the same name; null without a file. The content of named weights is
    /// fixed, and checked when they are loaded.
    /// </summary>
    private string? DigestWeights(string? weights)
    {
        if (weights is null or PretrainedWeights.ImageNet)
            return null;
        if (_weightDigests.TryGetValue(weights, out var known))
            return known;
        var digest = DigestFile(ModelFile.Find(weights));
        options.Group.RequireEqual(digest, "other initial weights: copy their file again");
        return _weightDigests[weights] = digest;
    }

    private static string DigestFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WeightsException(path, $"cannot be read ({error.Message})", error);
        }
    }

    private RunResult Evaluate(PlannedRun planned, string folder, TrainingResult trained, CancellationToken cancellationToken)
    {
        // The last weights, not the best epoch's: selecting on the validation set would favor runs with noisier curves.
        using var detector = Detector.Load(Path.Combine(folder, ModelFile.Last), new() { Device = options.Device, Precision = options.Precision, Threads = options.Threads });
        detector.DetectMany([.. validation.Images.Take(WarmUpImages).Select(image => image.File)], WarmUpImages, cancellationToken: cancellationToken).ToList();
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
