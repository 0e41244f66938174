using RetinaSharp.Datasets;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>
/// Computes ablation tables: trains every row with every seed, evaluates the last weights of each run, and writes the table as Markdown, JSON and HTML.
/// Finished runs are kept, so that an interrupted table resumes, and tables in the same folder share runs. All processes create it: it checks that they have the same data.
/// </summary>
/// <param name="train">Training set.</param>
/// <param name="validation">Validation set, with the same classes.</param>
/// <param name="options">Options that all runs share.</param>
public sealed class AblationRunner(DetectionDataset train, DetectionDataset validation, AblationOptions options)
{
    private readonly RunTrainer _trainer = new(train, validation, options);

    /// <summary>Computes a table, or resumes it. All rows are trained with the first seed before any row is trained with the second.</summary>
    /// <param name="table">The table.</param>
    /// <param name="progress">Receives the progress, on the calling thread.</param>
    /// <param name="cancellationToken">Stops after the current step and writes a checkpoint.</param>
    /// <returns>The complete results; in other processes than rank 0 those that they know.</returns>
    /// <exception cref="ArgumentException">A setting of a row is out of its range; nothing is trained.</exception>
    /// <exception cref="DistributedException">The processes have different settings, or the connection to one of them failed.</exception>
    /// <exception cref="DatasetException">The data cannot be trained on, or a result in the folder is corrupt.</exception>
    /// <exception cref="WeightsException">The initial weights are corrupt or do not match the architecture.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The table was canceled; the same call resumes it.</exception>
    public AblationResult Run(AblationTable table, IProgress<AblationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        foreach (var row in table.Rows)
            row.Settings.Validate();
        RunAgreement.RequireEqualSettings(options.Group, table.Rows.Select(row => row.Settings));
        Directory.CreateDirectory(options.Folder);
        var planned = Enumerable.Range(0, options.Seeds).SelectMany(seed => table.Rows.Select(row => Plan(row, seed))).ToList();
        var runs = planned.Select(one => one.Run).DistinctBy(run => run.Folder).ToList();
        var group = options.Group;
        // A run that any process has finished is not repeated: with another number of processes it may have been another's.
        var done = RunExchange.Share(group, [.. runs.Select(_trainer.Find).OfType<RunResult>()]).ToDictionary(result => result.Folder);
        // The runs of all processes are counted off, not only the unfinished ones, so that a process resumes its own runs, whose checkpoints are on its disk.
        var own = runs.Where((_, index) => index % group.Size == group.Rank).Select(run => run.Folder).ToHashSet();
        var tableProgress = new TableProgress(own.Count, [.. done.Where(one => own.Contains(one.Key)).Select(one => one.Value)]);
        // The filter is evaluated lazily: if two rows have the same settings, their run is done when the second row is reached.
        RunExchange.Train(group, options.Folder, runs.Select(run => run.Folder), () =>
        {
            foreach (var (row, run) in planned.Where(one => own.Contains(one.Run.Folder) && !done.ContainsKey(one.Run.Folder)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var result = _trainer.Train(run, new ActionProgress<TrainingProgress>(step => Report(row, run, step, null)), cancellationToken);
                done.Add(run.Folder, result);
                tableProgress.Finish(result);
                if (group.Rank == 0)
                    TableFiles.Write(options.Folder, Result(table, planned, done));
                Report(row, run, null, result);
            }
        }, cancellationToken);
        foreach (var run in runs)
            if (_trainer.Find(run) is { } finished)
                done[run.Folder] = finished;
        var whole = Result(table, planned, done);
        if (group.Rank == 0)
        {
            TableFiles.Write(options.Folder, whole);
            TableFiles.WriteReport(options.Folder, whole, validation);
        }

        return whole;

        void Report(AblationRow row, PlannedRun run, TrainingProgress? step, RunResult? finished) => progress?.Report(new(
            tableProgress.Done, tableProgress.Total, row, run.Settings.Training.Seed, step, finished, tableProgress.Remaining(step)));
    }

    /// <summary>Returns the run of a row with the seed of its settings plus <paramref name="seed"/>. Training curves are those of the first seed.</summary>
    private (AblationRow Row, PlannedRun Run) Plan(AblationRow row, int seed)
    {
        var training = row.Settings.Training;
        return (row, _trainer.Plan(row.Settings with { Training = training with { Seed = training.Seed + seed } }, isValidated: seed == 0));
    }

    private AblationResult Result(AblationTable table, List<(AblationRow Row, PlannedRun Run)> planned, Dictionary<string, RunResult> done)
    {
        var training = table.Rows[0].Settings.Training;
        return new(table,
            [.. table.Rows.Select(row => new RowResult(row, [.. planned.Where(one => one.Row == row && done.ContainsKey(one.Run.Folder)).Select(one => done[one.Run.Folder])]))],
            new(options.Command, options.Machine,
                $"{train.Images.Count} images of {train.Source}, evaluated on {validation.Images.Count} of {validation.Source}",
                $"{(training.Epochs == 1 ? "one epoch" : $"{training.Epochs} epochs")}, {training.EffectiveBatch} images per step, {(options.Seeds == 1 ? "one seed" : $"{options.Seeds} seeds")}",
                DateOnly.FromDateTime(DateTime.UtcNow)));
    }
}
