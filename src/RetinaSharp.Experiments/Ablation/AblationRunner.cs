using System.Security.Cryptography;
using System.Text;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>
/// Makes tables: trains every row with every seed, measures the last weights of each, and writes the table as Markdown, JSON and HTML. A
/// training that is done is kept under what it was trained with, so that a table that was interrupted goes on, and tables in one folder
/// share what they have in common.
/// </summary>
/// <param name="train">The training images.</param>
/// <param name="validation">The images to measure on, with the same classes.</param>
/// <param name="options">Where it runs.</param>
public sealed class AblationRunner(DetectionDataset train, DetectionDataset validation, AblationOptions options)
{
    private const string Runs = "runs";

    // So much of a digest tells as many trainings apart as anyone will do.
    private const int DigestDigits = 12;

    private readonly string _identity =
        string.Join('\n', DataIdentity.ComputeForTraining(train), DataIdentity.ComputeForValidation(validation), options.Precision, options.Device?.ToString() ?? "cpu", options.Weights);

    /// <summary>Makes a table, or goes on with it. All rows get the first seed before any gets the second.</summary>
    /// <param name="table">The table.</param>
    /// <param name="progress">Told how far it is, on the calling thread.</param>
    /// <param name="cancellationToken">Stops after the step at hand, with a checkpoint to go on from.</param>
    /// <returns>The whole table.</returns>
    /// <exception cref="ArgumentException">A setting of a row is out of its range; nothing is trained.</exception>
    /// <exception cref="DatasetException">The data cannot be trained on, or a result in the folder is damaged.</exception>
    /// <exception cref="WeightsException">The weights to start from are damaged, or do not fit.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the same call goes on.</exception>
    public AblationOutcome Run(AblationTable table, IProgress<AblationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        foreach (var row in table.Rows)
            row.Settings.Validate();
        Directory.CreateDirectory(options.Folder);
        var planned = Enumerable.Range(0, options.Seeds).SelectMany(seed => table.Rows.Select(row => Plan(row, seed))).ToList();
        var done = new Dictionary<string, RowTraining>();
        foreach (var run in planned.Select(training => training.Run).Distinct())
            if (RowTraining.Find(Path.Combine(options.Folder, run)) is { } kept)
                done.Add(run, kept);
        var trainer = new RowTrainer(train, validation, options);
        var pace = new TablePace(planned.Select(training => training.Run).Distinct().Count(), done.Values);
        // Asked anew before each: of two rows with the same settings the second is done by then.
        foreach (var training in planned.Where(training => !done.ContainsKey(training.Run)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = trainer.Train(training, new Relay(step => Report(training, step, null)), cancellationToken);
            done.Add(training.Run, result);
            pace.Finish(result);
            TableFiles.Write(options.Folder, Outcome(table, planned, done));
            Report(training, null, result);
        }

        var outcome = Outcome(table, planned, done);
        TableFiles.Write(options.Folder, outcome);
        TableFiles.WriteReport(options.Folder, outcome, validation);
        return outcome;

        void Report(PlannedTraining training, TrainingProgress? step, RowTraining? finished) => progress?.Report(new(
            pace.Done, pace.Total, training.Row, training.Settings.Training.Seed, step, finished, pace.Remaining(step)));
    }

    /// <summary>A training and its place: under a digest of all that decides what comes out, apart from the seed, and the seed.</summary>
    private PlannedTraining Plan(AblationRow row, int seed)
    {
        var key = SettingsJson.Write(row.Settings with { Training = row.Settings.Training with { Seed = 0 } }) + '\n' + _identity;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..DigestDigits];
        var training = row.Settings.Training with { Seed = row.Settings.Training.Seed + seed };
        return new(row, row.Settings with { Training = training }, Path.Combine(Runs, $"{digest}-{training.Seed}"), IsFirst: seed == 0);
    }

    private AblationOutcome Outcome(AblationTable table, List<PlannedTraining> planned, Dictionary<string, RowTraining> done)
    {
        var training = table.Rows[0].Settings.Training;
        return new(table,
            [.. table.Rows.Select(row => new RowOutcome(row, [.. planned.Where(one => one.Row == row && done.ContainsKey(one.Run)).Select(one => done[one.Run])]))],
            new(options.Command, options.Machine,
                $"{train.Images.Count} images of {train.Source}, measured on {validation.Images.Count} of {validation.Source}",
                $"{(training.Epochs == 1 ? "one epoch" : $"{training.Epochs} epochs")}, {training.EffectiveBatch} images a step, {(options.Seeds == 1 ? "one seed" : $"{options.Seeds} seeds")}",
                DateOnly.FromDateTime(DateTime.UtcNow)));
    }

    private sealed class Relay(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
