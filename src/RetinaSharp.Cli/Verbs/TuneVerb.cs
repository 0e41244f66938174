using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Experiments.Tuning;
using RetinaSharp.Kernels;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina tune</c>, which searches settings within a time budget.</summary>
internal static class TuneVerb
{
    private const double MaxMinutes = 1e6;

    private const int MaxTrials = 1000;

    // A run folder for the suggested training run, beside the folder of the search.
    private const string TrainedFolder = "runs/tuned";

    public static Command Create(Session session)
    {
        var train = CliOption.Text("--train", "DATA", $"Training data. {DataSource.Help}", required: true);
        var validation = CliOption.Text("--val", "DATA", "Validation data, whose AP is maximized.", required: true);
        var budget = CliOption.Number("--budget", "Time that the search may take, over all sessions. A longer budget continues a search.", "MINUTES", min: 0, max: MaxMinutes);
        budget.Required = true;
        var outFolder = CliOption.Text("--out", "DIR", "Folder of the search and its runs.", required: true);
        var trials = CliOption.Integer("--trials", "Number of trials; by default as many as the budget allows.", min: 1, max: MaxTrials);
        var reading = new DatasetReadingOptions();
        var settingsOptions = new RunSettingsOptions();
        var engine = new EngineOptions();
        var json = SharedOptions.Json();
        var command = new Command("tune",
            "Search learning rate, input size, focal loss, augmentation strength, weight decay and box loss weight within a time budget, by successive halving. The settings of preset and options are the first trial. "
            + "An interrupted search resumes with the same command.") { train, validation, budget, outFolder, trials };
        reading.AddTo(command, withValidation: true);
        settingsOptions.AddTo(command);
        engine.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var output = session.Output;
            var group = session.Processes.Join(Processes.PatienceForRuns);
            var folder = parse.GetRequiredValue(outFolder);
            OutputFolder.RequireFolder(folder);
            var settings = settingsOptions.Get(parse);
            var options = new TuningOptions
            {
                Group = group,
                Threads = ProcessThreads.Compute(group),
                Folder = folder,
                Budget = TimeSpan.FromMinutes(parse.GetValue(budget)),
                Trials = parse.GetOptional(trials),
                Logger = new OutputLogger(output, LogLevel.Warning),
                Device = engine.GetDevice(parse, group.LocalRank),
                Precision = engine.GetPrecision(parse),
                Command = Shell.Command(parse.Tokens.Select(token => token.Value).Prepend("retina")),
                TrainCommand = TrainCommand(parse, folder, [budget, outFolder, trials, json, .. settingsOptions.All]),
                Machine = MachineDescription.Create(),
            };
            LibTorch.Require(options.Device);
            var trainSet = DataSource.Open(parse.GetRequiredValue(train), reading.Get(parse), output);
            var groundTruth = DataSource.Open(parse.GetRequiredValue(validation), reading.GetForValidation(parse), output);
            var tuner = UsageException.Guard(() => new Tuner(settings, trainSet, groundTruth, options));
            output.Info($"Searching {string.Join(", ", SearchSpace.Create(settings).Select(dimension => dimension.Name))} for {Durations.Text(options.Budget)}, into {folder}");

            TuningResult result;
            try
            {
                result = ProgressDisplay.Run(output, "tune", display => tuner.Run(new Reporter(output, display, options.Budget), session.CancellationToken));
            }
            catch (OperationCanceledException)
            {
                output.Info($"Cancelled. Run the same command to resume; finished runs are in {folder}.");
                return ExitCode.Cancelled;
            }

            if (parse.GetValue(json))
                output.Json(writer => TuningJson.Write(writer, options, result));
            else if (result.Trials.Count > 0)
                Show(output, result);
            if (group.Size > 1)
                output.Info($"The weights of a run are on the machine of the process that trained it: the runs were shared by {group.Size} processes.");
            output.Info($"Report: {TuningFolder.Report(folder)}");
            return Conclude(output, options, result);
        });
        return command;
    }

    /// <summary>Returns the command that trains with the settings of the best trial: data and engine are those of the search.</summary>
    private static string TrainCommand(ParseResult parse, string folder, IReadOnlyList<Option> replaced)
    {
        var kept = parse.CommandResult.Children.OfType<OptionResult>().Where(option => !option.Implicit && !replaced.Contains(option.Option));
        return Shell.Command(
        [
            "retina", "train", .. kept.SelectMany(option => option.Tokens.Count == 0 ? [option.Option.Name] : option.Tokens.SelectMany(token => (string[])[option.Option.Name, token.Value])),
            "--config", TuningFolder.Best(folder), "--out", TrainedFolder,
        ]);
    }

    private static void Show(Output output, TuningResult result)
    {
        var table = Tables.Create(["trial", "epochs>", "AP>", .. result.Dimensions.Select(dimension => dimension.Name + ">")]);
        foreach (var trial in result.Trials.OrderByDescending(trial => trial.Epochs).ThenByDescending(trial => trial.Last!.Metrics.AP))
        {
            string[] cells = [trial.Number == 0 ? "0, start" : $"{trial.Number}", $"{trial.Epochs}", MetricsReport.Format(trial.Last!.Metrics.AP), .. trial.Values.Select(value => $"{value:G3}")];
            table.AddRow([.. cells.Select(cell => new Text(cell))]);
        }

        output.Result(table);
    }

    private static int Conclude(Output output, TuningOptions options, TuningResult result)
    {
        if (!result.IsComplete)
            output.Info("The budget ended before all planned runs were finished; the same command with a longer --budget continues.");
        if (result.Best is null)
        {
            // The other processes would say the same.
            if (options.Group.Rank == 0)
                output.Error(result.Trials.Count == 0 ? "the first run is not finished" : "all runs diverged; start from a lower learning rate (--lr)");
            return ExitCode.Failed;
        }

        output.Info(result.Conclusion);
        output.Info($"Next: {options.TrainCommand}");
        return ExitCode.Done;
    }

    /// <summary>Prints a line after each run, and displays the progress of the current run.</summary>
    private sealed class Reporter(Output output, ProgressDisplay display, TimeSpan budget) : IProgress<TuningProgress>
    {
        public void Report(TuningProgress value)
        {
            var left = $"{Durations.Text(value.Remaining)} left";
            var run = $"{value.Done + (value.Finished is null ? 1 : 0)}/{value.Total?.ToString() ?? "?"}  trial {value.Trial}, {(value.Epochs == 1 ? "1 epoch" : $"{value.Epochs} epochs")}";
            switch (value)
            {
                case { Finished: { } finished }:
                    output.Info($"{run}: "
                        + (finished.Failure ?? $"AP {MetricsReport.Format(finished.Metrics.AP)}  AP50 {MetricsReport.Format(finished.Metrics.AP50)}  in {Durations.Text(TimeSpan.FromSeconds(finished.Seconds))}")
                        + $"  |  {Durations.Text(value.Spent)} of {Durations.Text(budget)}, {left}");
                    break;
                case { Training: TrainingStep step }:
                    display.Show(value.Spent.TotalSeconds, (value.Spent + value.Remaining).TotalSeconds,
                        $"{run}: step {step.Step}/{step.TotalSteps}  class loss {step.Classification:0.0000}  box loss {step.Box:0.0000}  {step.ImagesPerSecond:0.0} images/s  {left}",
                        $"trial {value.Trial}  loss {step.Classification:0.000} + {step.Box:0.000}  {step.ImagesPerSecond:0.0}/s  {left}");
                    break;
            }
        }
    }
}
