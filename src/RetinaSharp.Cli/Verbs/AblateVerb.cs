using System.CommandLine;
using System.Runtime.InteropServices;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Ablation;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Kernels;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina ablate</c>: a verb for each of the paper's tables.</summary>
internal static class AblateVerb
{
    private const int MaxSeeds = 100;

    private static readonly Dictionary<string, string> Helps = new()
    {
        { "alpha", "Table a: cross entropy with α from .10 to .999." },
        { "gamma", "Table b: focal loss with γ from 0 to 5." },
        { "anchors", "Table c: 1 to 4 scales and 1 or 3 ratios of anchors." },
        { "sampling", "Table d: focal loss against ways to choose anchors." },
        { "prior", "Where the scores start: π from .5 to .001." },
        { "image-size", "Table e: accuracy against time." },
    };

    public static Command Create(Session session)
    {
        var command = new Command("ablate", "The paper's tables on your data, one training a row; what is done is kept, and a table that was interrupted goes on.");
        foreach (var table in AblationTables.Names)
            command.Add(Create(session, table));
        return command;
    }

    private static Command Create(Session session, string name)
    {
        var data = Given.Value("--data", "DATA", $"What to train on. {DataSource.Help}", required: true);
        var validation = Given.Value("--val", "DATA", "What to measure on.", required: true);
        var outFolder = Given.Value("--out", "DIR", "Where tables and trainings go; tables with the same folder share their trainings.", required: true);
        var seeds = Given.Value("--seeds", "N", "Trainings of each row, each with its own seed; 1 if left out.");
        var rows = Given.Value("--rows", "LIST", "Only these rows of the table, counted from 1, such as 1,5-7.");
        var searchAlpha = new Option<bool>("--search-alpha") { Description = "Trains every γ with several α and shows the best." };
        var images = DataSource.Images();
        var weights = Given.Value("--weights", "MODEL", "What every training starts from: a run folder, a .safetensors file, or weights of torchvision (.pth).");
        var settingsOptions = new RunSettingsOptions();
        var engine = new EngineOptions();
        var json = Given.Json();
        var command = new Command(name, Helps[name]) { data, validation, outFolder, seeds, rows };
        if (name == "gamma")
            command.Add(searchAlpha);
        command.Add(images);
        command.Add(weights);
        settingsOptions.AddTo(command);
        engine.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var output = session.Output;
            var folder = parse.GetRequiredValue(outFolder)!;
            OutFolder.RequireFolder(folder);
            var count = Given.ReadValue(parse, seeds, OptionValue.Whole) ?? 1;
            if (count is < 1 or > MaxSeeds)
                throw new UsageException($"--seeds: {count} is not from 1 to {MaxSeeds}");
            var table = AblationTables.Named(name, settingsOptions.Read(parse), name == "gamma" && parse.GetValue(searchAlpha));
            if (Given.Read(parse, rows, text => OptionValue.Rows(text, table.Rows.Count)) is { } chosen)
                table = table with { Rows = [.. table.Rows.Where((_, place) => chosen.Contains(place + 1))] };
            foreach (var row in table.Rows)
                UsageException.Guard(() =>
                {
                    row.Settings.Validate();
                    return row;
                });
            var options = new AblationOptions
            {
                Folder = folder,
                Seeds = count,
                Device = engine.ReadDevice(parse),
                Precision = engine.ReadPrecision(parse),
                Weights = parse.GetValue(weights),
                Command = $"retina {string.Join(' ', parse.Tokens.Select(token => CommandText.Quoted(token.Value)))}",
                Machine = $"{Environment.ProcessorCount} threads of a processor with {string.Join(", ", Processor.Features)}; "
                    + $"{RuntimeInformation.FrameworkDescription}, LibTorch {LibTorch.Version}",
            };
            LibTorch.Require(options.Device);
            var dataOptions = new DatasetOptions { ImagesDirectory = parse.GetValue(images) };
            var train = DataSource.Open(parse.GetRequiredValue(data)!, dataOptions, output);
            var truth = DataSource.Open(parse.GetRequiredValue(validation)!, dataOptions, output);
            output.Say($"{table.Title}: {(table.Rows.Count == 1 ? "one row" : $"{table.Rows.Count} rows")}, {(count == 1 ? "one seed" : $"{count} seeds")}, into {folder}");

            AblationResult outcome;
            try
            {
                outcome = ProgressDisplay.During(output, name, display =>
                    new AblationRunner(train, truth, options).Run(table, new Reporter(output, display), session.Cancellation));
            }
            catch (OperationCanceledException)
            {
                output.Say($"Cancelled. The same command goes on from here; what is done is in {folder}.");
                return ExitCode.Cancelled;
            }

            if (parse.GetValue(json))
                output.Json(writer => TableJson.Write(writer, outcome));
            else
                Show(output, outcome);
            output.Say($"The report, with curves and pictures: {TableFiles.Report(folder, table)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Output output, AblationResult outcome)
    {
        var text = new TableText(outcome);
        var table = Tables.Create([.. text.Columns.Select((title, place) => place == 0 ? title : title + ">")]);
        foreach (var row in text.Rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        output.Result(table);
    }

    /// <summary>Says how far the table is: a line for each training that is done, and where the training at hand is in between.</summary>
    private sealed class Reporter(Output output, ProgressDisplay display) : IProgress<AblationProgress>
    {
        public void Report(AblationProgress progress)
        {
            var left = progress.Remaining is { } time ? $"{Durations.Text(time)} left" : "";
            var row = $"{progress.Row.Label}, seed {progress.Seed}";
            switch (progress)
            {
                case { Finished: { } finished }:
                    output.Say($"{progress.Done}/{progress.Total}  {row}: "
                        + (finished.Failure ?? $"AP {finished.Metrics.AP:0.000}  AP50 {finished.Metrics.AP50:0.000}  in {Durations.Text(TimeSpan.FromSeconds(finished.Seconds))}")
                        + $"  |  {left}");
                    break;
                case { Training: TrainingStep step }:
                    display.Show(progress.Done + (double)step.Step / step.TotalSteps, progress.Total,
                        $"{progress.Done + 1}/{progress.Total}  {row}: step {step.Step}/{step.TotalSteps}  class loss {step.Classification:0.0000}  box loss {step.Box:0.0000}  {left}",
                        $"{row}  loss {step.Classification:0.000} + {step.Box:0.000}  {left}");
                    break;
                case { Training: TrainingNote { IsWarning: true } note }:
                    output.Warn($"{row}: {note.Text}");
                    break;
            }
        }
    }
}
