using System.Security.Cryptography;
using System.Text;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>
/// Computes ablation tables: trains every row with every seed, evaluates the last weights of each run, and writes the table as Markdown, JSON and HTML.
/// A run folder is named by a hash of everything that determines the run's result. So an interrupted table resumes, and tables in the same folder share runs.
/// </summary>
/// <param name="train">Training set.</param>
/// <param name="validation">Validation set, with the same classes.</param>
/// <param name="options">Options that all runs share.</param>
public sealed class AblationRunner(DetectionDataset train, DetectionDataset validation, AblationOptions options)
{
    private const string Runs = "runs";

    // Hexadecimal digits: 48 bits make a collision unlikely for any realistic number of runs.
    private const int DigestDigits = 12;

    private readonly string _identity =
        string.Join('\n', DatasetDigest.ComputeForTraining(train), DatasetDigest.ComputeForValidation(validation), options.Precision, options.Device?.ToString() ?? "cpu");

    /// <summary>Computes a table, or resumes it. All rows are trained with the first seed before any row is trained with the second.</summary>
    /// <param name="table">The table.</param>
    /// <param name="progress">Receives the progress, on the calling thread.</param>
    /// <param name="cancellationToken">Stops after the current step and writes a checkpoint.</param>
    /// <returns>The complete results.</returns>
    /// <exception cref="ArgumentException">A setting of a row is out of its range; nothing is trained.</exception>
    /// <exception cref="DatasetException">The data cannot be trained on, or a result in the folder is corrupt.</exception>
    /// <exception cref="WeightsException">The initial weights are corrupt or do not match the architecture.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The table was canceled; the same call resumes it.</exception>
    public AblationResult Run(AblationTable table, IProgress<AblationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        foreach (var row in table.Rows)
            row.Settings.Validate();
        Directory.CreateDirectory(options.Folder);
        var planned = Enumerable.Range(0, options.Seeds).SelectMany(seed => table.Rows.Select(row => Plan(row, seed))).ToList();
        var done = new Dictionary<string, RowRun>();
        foreach (var folder in planned.Select(one => one.Folder).Distinct())
            if (RowRun.Find(Path.Combine(options.Folder, folder)) is { } finished)
                done.Add(folder, finished);
        var trainer = new RowTrainer(train, validation, options);
        var tableProgress = new TableProgress(planned.Select(one => one.Folder).Distinct().Count(), done.Values);
        // The filter is evaluated lazily: if two rows have the same settings, their run is done when the second row is reached.
        foreach (var run in planned.Where(one => !done.ContainsKey(one.Folder)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = trainer.Train(run, new Relay(step => Report(run, step, null)), cancellationToken);
            done.Add(run.Folder, result);
            tableProgress.Finish(result);
            TableFiles.Write(options.Folder, Result(table, planned, done));
            Report(run, null, result);
        }

        var whole = Result(table, planned, done);
        TableFiles.Write(options.Folder, whole);
        TableFiles.WriteReport(options.Folder, whole, validation);
        return whole;

        void Report(PlannedRun run, TrainingProgress? step, RowRun? finished) => progress?.Report(new(
            tableProgress.Done, tableProgress.Total, run.Row, run.Settings.Training.Seed, step, finished, tableProgress.Remaining(step)));
    }

    /// <summary>
    /// Returns the run of a row with the seed of its settings plus <paramref name="seed"/>. The folder name is a hash of everything else that determines the
    /// result, followed by the seed.
    /// </summary>
    private PlannedRun Plan(AblationRow row, int seed)
    {
        var key = SettingsJson.Write(row.Settings with { Training = row.Settings.Training with { Seed = 0 } }) + '\n' + _identity;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..DigestDigits];
        var training = row.Settings.Training with { Seed = row.Settings.Training.Seed + seed };
        return new(row, row.Settings with { Training = training }, Path.Combine(Runs, $"{digest}-{training.Seed}"), IsFirst: seed == 0);
    }

    private AblationResult Result(AblationTable table, List<PlannedRun> planned, Dictionary<string, RowRun> done)
    {
        var training = table.Rows[0].Settings.Training;
        return new(table,
            [.. table.Rows.Select(row => new RowResult(row, [.. planned.Where(one => one.Row == row && done.ContainsKey(one.Folder)).Select(one => done[one.Folder])]))],
            new(options.Command, options.Machine,
                $"{train.Images.Count} images of {train.Source}, evaluated on {validation.Images.Count} of {validation.Source}",
                $"{(training.Epochs == 1 ? "one epoch" : $"{training.Epochs} epochs")}, {training.EffectiveBatch} images per step, {(options.Seeds == 1 ? "one seed" : $"{options.Seeds} seeds")}",
                DateOnly.FromDateTime(DateTime.UtcNow)));
    }

    private sealed class Relay(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
