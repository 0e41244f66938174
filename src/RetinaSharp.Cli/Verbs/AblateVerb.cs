using System.CommandLine;
using Microsoft.Extensions.Logging;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Ablation;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Kernels;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina ablate</c>, which reproduces the ablation tables of the focal loss paper, and compares the parts of detectors. It has one subcommand per table.</summary>
internal static class AblateVerb
{
    private const int MaxSeeds = 100;

    private static readonly Dictionary<string, string> Descriptions = new()
    {
        { "alpha", "Table a: cross entropy with α from .10 to .999." },
        { "gamma", "Table b: focal loss with γ from 0 to 5." },
        { "anchors", "Table c: 1 to 4 scales and 1 or 3 ratios of anchors." },
        { "sampling", "Table d: focal loss against sampled anchors." },
        { "prior", "The initial score: π from .5 to .001." },
        { "image-size", "Table e: accuracy against inference time." },
        { "losses", "Focal loss, cross entropy, and the losses that followed." },
        { "assigners", "IoU thresholds, ATSS, centers, task-aligned and SimOTA." },
        { "heads", "Anchors and points, box deltas and distributions, focal and quality focal loss." },
        { "augmentations", "No augmentation, the preset's, and that with mosaic, mixup, copy-paste, large-scale jitter or multi-scale." },
        { "pretrained", "Weights of ImageNet against training from scratch." },
    };

    public static Command Create(Session session)
    {
        var command = new Command("ablate", "Reproduce the paper's tables on your data, or compare losses, assigners, heads, augmentations and pretrained weights, one training run per row. Finished runs are kept, and an interrupted table resumes.");
        foreach (var table in AblationTables.Names)
            command.Add(Create(session, table));
        return command;
    }

    private static Command Create(Session session, string name)
    {
        var data = CliOption.Text("--data", "DATA", $"Training data. {DataSource.Help}", required: true);
        var validation = CliOption.Text("--val", "DATA", "Validation data.", required: true);
        var outFolder = CliOption.Text("--out", "DIR", "Folder of the tables and their runs; tables in the same folder share runs.", required: true);
        var seeds = CliOption.Integer("--seeds", "Training runs per row, each with its own seed.", min: 1, max: MaxSeeds).WithDefault(1);
        var rows = CliOption.Parsed("--rows", "LIST", "Only these rows of the table, counted from 1, such as 1,5-7.", RowSelection.Parse);
        var searchAlpha = CliOption.Flag("--search-alpha", "Train every γ with several α and show the best.");
        var reading = new DatasetReadingOptions();
        var settingsOptions = new RunSettingsOptions();
        var engine = new EngineOptions();
        var json = SharedOptions.Json();
        var command = new Command(name, Descriptions[name]) { data, validation, outFolder, seeds, rows };
        if (name == "gamma")
            command.Add(searchAlpha);
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
            var count = parse.GetValue(seeds);
            var table = CreateTable(settingsOptions.GetStart(parse, start => [.. CreateTable(start).Rows.Select(row => row.Settings)]));
            var options = new AblationOptions
            {
                Group = group,
                Threads = ProcessThreads.Compute(group),
                Folder = folder,
                Logger = new OutputLogger(output, LogLevel.Warning),
                Seeds = count,
                Device = engine.GetDevice(parse, group.LocalRank),
                Precision = engine.GetPrecision(parse),
                Command = Shell.Command(parse.Tokens.Select(token => token.Value).Prepend("retina")),
                Machine = MachineDescription.Create(),
            };
            LibTorch.Require(options.Device);
            var train = DataSource.Open(parse.GetRequiredValue(data), reading.Get(parse), output);
            var groundTruth = DataSource.Open(parse.GetRequiredValue(validation), reading.GetForValidation(parse), output);
            output.Info($"{table.Title}: {(table.Rows.Count == 1 ? "one row" : $"{table.Rows.Count} rows")}, {(count == 1 ? "one seed" : $"{count} seeds")}, into {folder}");
            output.Info(table.Description);

            AblationResult outcome;
            try
            {
                outcome = ProgressDisplay.Run(output, name, display =>
                    new AblationRunner(train, groundTruth, options).Run(table, new Reporter(output, display), session.CancellationToken));
            }
            catch (OperationCanceledException)
            {
                output.Info($"Cancelled. Run the same command to resume; finished runs are in {folder}.");
                return ExitCode.Cancelled;
            }

            if (parse.GetValue(json))
                output.Json(writer => TableJson.Write(writer, outcome));
            else
                Show(output, outcome);
            if (group.Size > 1)
                output.Info($"The weights of a run are on the machine of the process that trained it: the runs were shared by {group.Size} processes.");
            output.Info($"Report: {TableFiles.Report(folder, table)}");
            return ExitCode.Done;

            AblationTable CreateTable(RunSettings start)
            {
                var all = UsageException.Guard(() => AblationTables.Named(name, start, name == "gamma" && parse.GetValue(searchAlpha)));
                return parse.GetValue(rows) is { } selection ? Select(all, selection) : all;
            }
        });
        return command;
    }

    private static AblationTable Select(AblationTable table, RowSelection rows) => rows.Last <= table.Rows.Count
        ? table with { Rows = [.. table.Rows.Where((_, index) => rows.Contains(index + 1))] }
        : throw new UsageException($"--rows: there is no row {rows.Last}; the table has rows 1 to {table.Rows.Count}");

    private static void Show(Output output, AblationResult outcome)
    {
        var text = new TableText(outcome);
        var table = Tables.Create([.. text.Columns.Select((title, index) => index == 0 ? title : title + ">")]);
        foreach (var row in text.Rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        output.Result(table);
    }

    /// <summary>Prints a line after each run, and displays the progress of the current run.</summary>
    private sealed class Reporter(Output output, ProgressDisplay display) : IProgress<AblationProgress>
    {
        public void Report(AblationProgress value)
        {
            var left = value.Remaining is { } time ? $"{Durations.Text(time)} left" : "";
            var row = $"{value.Row.Label}, seed {value.Seed}";
            switch (value)
            {
                case { Finished: { } finished }:
                    output.Info($"{value.Done}/{value.Total}  {row}: "
                        + (finished.Failure ?? $"AP {MetricsReport.Format(finished.Metrics.AP)}  AP50 {MetricsReport.Format(finished.Metrics.AP50)}  in {Durations.Text(TimeSpan.FromSeconds(finished.Seconds))}")
                        + $"  |  {left}");
                    break;
                case { Training: TrainingStep step }:
                    display.Show(value.Done + (double)step.Step / step.TotalSteps, value.Total,
                        $"{value.Done + 1}/{value.Total}  {row}: step {step.Step}/{step.TotalSteps}  class loss {step.Classification:0.0000}  box loss {step.Box:0.0000}  {left}",
                        $"{row}  loss {step.Classification:0.000} + {step.Box:0.000}  {left}");
                    break;
            }
        }
    }
}
