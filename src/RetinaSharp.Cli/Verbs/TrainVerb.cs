using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Experiments.TensorBoard;
using RetinaSharp.Kernels;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina train</c>, which trains a model or resumes a run.</summary>
internal static class TrainVerb
{
    private const string EarlyStopOption = "--early-stop";
    private const double DefaultCheckpointSeconds = 60, MaxCheckpointSeconds = 1e9;

    // Number of sampled images for anchor statistics: enough to estimate the share of boxes without an anchor to about a percent, in about
    // a second.
    private const int AnchorSample = 1000;

    public static Command Create(Session session)
    {
        var trainData = CliOption.Text("--train", "DATA", $"Training data. {DataSource.Help}", required: true);
        var validationData = CliOption.Text("--val", "DATA", "Validation data, which chooses the best epoch.");
        var outFolder = CliOption.Text("--out", "RUN", "The run folder.", required: true);
        var reading = new DatasetReadingOptions();
        var skipBadImages = CliOption.Flag("--skip-bad-images", "Leave out images that cannot be used, instead of refusing to train. Every image is decoded once before the first step.");
        var resume = CliOption.Flag("--resume", "Resume the run in --out, or start one if there is none.");
        var checkpointEvery = CliOption.Number("--checkpoint-every", "Maximum time between two checkpoints.", "SECONDS", min: 0, max: MaxCheckpointSeconds).WithDefault(DefaultCheckpointSeconds);
        var tensorBoard = CliOption.Flag("--tensorboard", "Write TensorBoard event files to the run folder.");
        var settingsOptions = RunSettingsOptions.WithAuto();
        var fitted = new FittedSettings(session, settingsOptions);
        var engine = new EngineOptions();
        var shared = new ProcessOptions();
        var json = SharedOptions.Json();
        var command = new Command("train", "Train a model. Options that are not given keep the preset's settings.") { trainData, validationData, outFolder, fitted.Anchors, resume, skipBadImages, checkpointEvery, tensorBoard };
        reading.AddTo(command, withValidation: true);
        settingsOptions.AddTo(command);
        engine.AddTo(command);
        shared.AddTo(command, sendsGradients: true);
        command.Add(json);
        command.SetAction(parse =>
        {
            var folder = parse.GetRequiredValue(outFolder);
            var group = session.Processes.Join(shared.GetPatience(parse));
            if (!parse.IsGiven(validationData) && reading.OfValidation.FirstOrDefault(parse.IsGiven) is { } unused)
                throw new UsageException($"{unused.Name} needs {validationData.Name} DATA");
            var options = new TrainerOptions
            {
                Folder = folder,
                Logger = new OutputLogger(session.Output),
                Resume = parse.GetValue(resume),
                Device = engine.GetDevice(parse, group.LocalRank),
                Precision = engine.GetPrecision(parse),
                SkipBadImages = parse.GetValue(skipBadImages),
                CheckpointEvery = TimeSpan.FromSeconds(parse.GetValue(checkpointEvery)),
                Group = group,
                GradientsInBFloat16 = shared.SendsGradientsInBFloat16(parse),
                UsesNccl = Environment.GetEnvironmentVariable(Processes.NcclVariable) != "0",
            };
            // Weights, a configuration or an earlier run, which settings may depend on, need only be on the machine of rank 0.
            var (initial, origin) = group.Rank == 0 ? GetSettings(settingsOptions, parse, folder, options.Resume, fitted.FitsAnchors(parse)) : (new(), "");
            if (group.Rank == 0)
            {
                RunOutput.RequireUsable(folder, options.Resume, settingsOptions.GetConfig(parse));
                if (initial.Training.EarlyStop > 0 && settingsOptions.IsGiven(parse, EarlyStopOption) && !parse.IsGiven(validationData))
                    throw new UsageException($"{EarlyStopOption} needs {validationData.Name} DATA");
                if (initial.Training.Schedule == ScheduleKind.Plateau && !parse.IsGiven(validationData))
                    throw new UsageException($"--schedule plateau needs {validationData.Name} DATA, whose AP it follows");
            }

            LibTorch.Require(options.Device);
            var trainSet = DataSource.Open(parse.GetRequiredValue(trainData), reading.Get(parse) with { RequireImages = false }, session.Output);
            var validationSet = parse.GetValue(validationData) is { } data ? DataSource.Open(data, reading.GetForValidation(parse) with { RequireImages = false }, session.Output) : null;
            var settings = SettingsJson.Parse(group.BroadcastText(group.Rank == 0 ? SettingsJson.Write(fitted.Complete(parse, initial, options, trainSet)) : ""));
            if (group.Rank == 0)
                Describe(session, origin, settings, options, trainSet, validationSet);

            var trainer = new Trainer(settings, trainSet, validationSet, options);
            using var events = parse.GetValue(tensorBoard) && group.Rank == 0 ? new TensorBoardLog(options.Folder, session.Output.Warning) : null;
            var result = ProgressDisplay.Run(session.Output, "training", display =>
                trainer.Train(new TrainingReporter(session.Output, display, settings.Training.Epochs, TimeProvider.System, events), session.CancellationToken));
            if (group.Rank == 0 && result.Duration > TimeSpan.Zero)
                RunReport.Write(session.Output, options, result, session.CancellationToken);
            Summarize(session.Output, result, options.Folder, parse.GetValue(validationData));
            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, result, options.Folder));
            return result.IsCanceled ? ExitCode.Cancelled : ExitCode.Done;
        });
        return command;
    }

    /// <summary>Returns the settings of a new or resumed run, and a text on where they come from.</summary>
    private static (RunSettings Settings, string Origin) GetSettings(RunSettingsOptions options, ParseResult parse, string folder, bool resume, bool fitsAnchors)
    {
        var config = Path.Combine(folder, RunOutput.Config);
        if (resume && File.Exists(config))
        {
            var run = SettingsJson.Read(config, new());
            UsageException.Guard(run.Validate);
            return (options.Resume(parse, run, fitsAnchors), $"settings of {config}");
        }

        var preset = $"preset {options.GetPreset(parse)}";
        var settings = options.Get(parse);
        if (settings.Weights is not { } weights || options.HasBase(parse))
            return (settings, preset);
        try
        {
            return (options.Get(parse, preset => InitialWeightsSettings.Load(weights, preset)), $"{preset}, with the architecture of {weights}");
        }
        catch (WeightsException)
        {
            // The error is ignored here, because the trainer reports it.
            return (settings, preset);
        }
    }

    private static void Describe(
        Session session, string origin, RunSettings settings, TrainerOptions options, DetectionDataset train, DetectionDataset? validation)
    {
        var (output, training) = (session.Output, settings.Training);
        output.Info($"{origin}: RetinaNet with {ResNetVariant.Create(settings.Model).Name} of width {settings.Model.Width}, "
            + $"{(settings.Tile is { } tile ? $"images and their slices of {tile} pixels" : "images")} scaled to {settings.Input.Short} x {settings.Input.Long}, {training.Epochs} epochs");
        output.Info($"training data   {Counts(train)}");
        output.Info(validation is null ? "validation data none: the model is that of the last epoch" : $"validation data {Counts(validation)}");
        output.Info(training.EffectiveBatch == TrainingSettings.ReferenceBatch
            ? $"learning rate {training.LearningRate} for {training.EffectiveBatch} images"
            : $"learning rate {training.LearningRate} for {TrainingSettings.ReferenceBatch} images, scaled to {training.ScaledLearningRate:G4} for {training.EffectiveBatch}");
        if (options.Group.Size > 1)
            output.Info($"{options.Group.Size} processes, each with {training.EffectiveShards / options.Group.Size} of the {training.EffectiveShards} shards of a batch");
        output.Info($"device {options.Device?.ToString() ?? "cpu"}, precision {options.Precision.ToString().ToLowerInvariant()}, seed {training.Seed}");

        AnchorStatistics anchors;
        try
        {
            anchors = AnchorStatistics.ComputeForSample(train, settings, AnchorSample, session.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The trainer handles the cancellation, and writes a checkpoint.
            return;
        }

        var sample = anchors.IsSample ? $" of {anchors.Images} sampled {(settings.Tile is null ? "images" : "samples")}" : "";
        output.Info($"anchors{sample}: {anchors.Foreground} foreground, {anchors.Background} background, {anchors.BoxesWithoutAnchor} of {anchors.Boxes} boxes match none");
        foreach (var warning in AnchorWarnings.Find(anchors, settings))
            output.Warning(warning);
    }

    private static string Counts(DetectionDataset dataset)
    {
        var boxes = dataset.Images.Sum(image => image.Annotations.Count);
        return $"{dataset.Source}: {dataset.Images.Count} images, {boxes} boxes, {dataset.Categories.Count} classes";
    }

    private static void Summarize(Output output, TrainingResult result, string folder, string? validation)
    {
        if (result.SkippedImages.Count > 0)
            output.Warning($"{result.SkippedImages.Count} images were skipped, because they cannot be used: {string.Join(", ", result.SkippedImages.Take(5).Select(image => image.Path))}{(result.SkippedImages.Count > 5 ? ", …" : "")}");
        if (result is { IsCanceled: true, Steps: 0, Duration.Ticks: 0 })
        {
            output.Info("Cancelled before the run began: nothing was written.");
            return;
        }

        output.Info($"{(result.IsCanceled ? "Cancelled" : "Done")} after {result.Epochs} epochs, {result.Steps} steps, {Durations.Text(result.Duration)}."
            + (result.Best is { } best ? $" Best AP {MetricsReport.Format(best.AP)} in epoch {result.BestEpoch}." : ""));
        if (result.IsCanceled)
            output.Info("Run the same command with --resume to continue.");
        output.Info($"The model is in {folder}. Next:");
        output.Info($"  retina eval {Shell.Quote(folder)} {Shell.Quote(validation ?? "DATA")}");
        output.Info($"  retina detect {Shell.Quote(folder)} PATH --out DIR");
    }

    private static void Write(Utf8JsonWriter writer, TrainingResult result, string folder)
    {
        writer.WriteString("run", folder);
        writer.WriteNumber("epochs", result.Epochs);
        writer.WriteNumber("steps", result.Steps);
        writer.WriteNumber("seconds", result.Duration.TotalSeconds);
        writer.WriteBoolean("cancelled", result.IsCanceled);
        writer.WriteNumber("best_epoch", result.BestEpoch);
        writer.WriteStartArray("skipped_images");
        foreach (var image in result.SkippedImages)
        {
            writer.WriteStartObject();
            writer.WriteString("file", image.Path);
            writer.WriteString("reason", image.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (result.Best is not { } best)
        {
            writer.WriteNull("metrics");
            return;
        }

        writer.WriteStartObject("metrics");
        MetricsReport.Write(writer, best);
        writer.WriteEndObject();
    }
}
