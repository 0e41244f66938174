using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Experiments.TensorBoard;
using RetinaSharp.Kernels;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina train</c>.</summary>
internal static class TrainVerb
{
    private const string ConfigFile = "config.json";
    private const string LastWeights = "last.safetensors";

    // Settings alone are no training: bad data, found before the first step, leaves them there.
    private static readonly string[] Learnt = ["last.state", LastWeights, "best.safetensors"];

    // Enough for the share of boxes without an anchor to a percent or so, in a second or so.
    private const int AnchorSample = 1000;

    // Above this share the anchors do not suit the data.
    private const double MaxBoxesWithoutAnchor = .05;

    public static Command Create(Session session)
    {
        var train = Given.Value("--train", "DATA", $"What to train on. {DataSource.Help}", required: true);
        var validation = Given.Value("--val", "DATA", "What to choose the best epoch on.");
        var outFolder = Given.Value("--out", "RUN", "The run folder.", required: true);
        var images = DataSource.Images();
        var weights = Given.Value("--weights", "MODEL", "What to start from: a run folder, a .safetensors file, or weights of torchvision (.pth). Without --preset and --config the architecture is that of the weights.");
        var resume = new Option<bool>("--resume") { Description = "Goes on with the training that --out holds; where it holds none, starts one." };
        var checkpointEvery = Given.Value("--checkpoint-every", "SECONDS", "Most time between two checkpoints, and so the most work that can be lost; 60 if left out.");
        var tensorBoard = new Option<bool>("--tensorboard") { Description = "Writes event files for TensorBoard into the run folder." };
        var settingsOptions = new RunSettingsOptions();
        var engine = new EngineOptions();
        var json = Given.Json();
        var command = new Command("train", "Trains a model. What no option says is as the preset has it.") { train, validation, outFolder, images, weights, resume, checkpointEvery, tensorBoard };
        settingsOptions.AddTo(command);
        engine.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var folder = parse.GetRequiredValue(outFolder)!;
            var (settings, origin) = ReadSettings(settingsOptions, parse, folder, parse.GetValue(resume), parse.GetValue(weights));
            OutFolder.RequireFolder(folder);
            RequireFree(folder, parse.GetValue(resume));
            var options = new TrainerOptions
            {
                Folder = folder,
                Resume = parse.GetValue(resume),
                Weights = parse.GetValue(weights),
                Device = engine.ReadDevice(parse),
                Precision = engine.ReadPrecision(parse),
            };
            if (Given.ReadValue(parse, checkpointEvery, OptionValue.Seconds) is { } every)
                options = options with { CheckpointEvery = every };
            LibTorch.Require(options.Device);
            var dataOptions = new DatasetOptions { ImagesDirectory = parse.GetValue(images) };
            var trainSet = DataSource.Open(parse.GetRequiredValue(train)!, dataOptions, session.Output);
            var validationSet = parse.GetValue(validation) is { } data ? DataSource.Open(data, dataOptions, session.Output) : null;
            Announce(session, origin, settings, options, trainSet, validationSet);

            var trainer = new Trainer(settings, trainSet, validationSet, options);
            using var events = parse.GetValue(tensorBoard) ? new TensorBoardLog(options.Folder, session.Output.Warn) : null;
            var result = ProgressDisplay.During(session.Output, "training", display =>
                trainer.Train(new TrainingReporter(session.Output, display, settings.Training.Epochs, events), session.Cancellation));
            RunReport.Write(session.Output, options, validationSet, result, session.Cancellation);
            Conclude(session.Output, result, options.Folder, parse.GetValue(validation));
            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, result, options.Folder));
            return result.IsCancelled ? ExitCode.Cancelled : ExitCode.Done;
        });
        return command;
    }

    /// <summary>The settings, and in words where they are from.</summary>
    private static (RunSettings Settings, string Origin) ReadSettings(RunSettingsOptions options, ParseResult parse, string folder, bool resumes, string? weights)
    {
        var config = Path.Combine(folder, ConfigFile);
        if (resumes && File.Exists(config))
        {
            var run = UsageException.Guard(() =>
            {
                var read = SettingsJson.Read(config, new());
                read.Validate();
                return read;
            });
            options.RequireNoOther(parse, run);
            return (run, $"settings of {config}");
        }

        var preset = $"preset {options.PresetName(parse)}";
        if (weights is null || options.HasStart(parse))
            return (options.Read(parse), preset);
        try
        {
            return (options.Read(parse, start => StartSettings.Load(weights, start)), $"{preset}, with the architecture of {weights}");
        }
        catch (WeightsException)
        {
            // Whether the weights can be used at all the trainer says.
            return (options.Read(parse), preset);
        }
    }

    /// <summary>Refuses a folder that a training would overwrite.</summary>
    private static void RequireFree(string folder, bool resumes)
    {
        if (!resumes && Learnt.Any(name => File.Exists(Path.Combine(folder, name))))
            throw new UsageException($"--out: {folder} holds a training already; go on with it (--resume), choose another folder, or delete it");
    }

    private static void Announce(
        Session session, string origin, RunSettings settings, TrainerOptions options, DetectionDataset train, DetectionDataset? validation)
    {
        var (output, training) = (session.Output, settings.Training);
        output.Say($"{origin}: RetinaNet on ResNet-{settings.Model.Depth} of width {settings.Model.Width}, "
            + $"images scaled to {settings.Input.Short} x {settings.Input.Long}, {training.Epochs} epochs");
        output.Say($"training data   {Counts(train)}");
        output.Say(validation is null ? "validation data none: the last weights are the model" : $"validation data {Counts(validation)}");
        output.Say(training.EffectiveBatch == TrainingSettings.ReferenceBatch
            ? $"learning rate {training.LearningRate} for {training.EffectiveBatch} images"
            : $"learning rate {training.LearningRate} for {TrainingSettings.ReferenceBatch} images, scaled to {training.ScaledLearningRate:G4} for {training.EffectiveBatch}");
        output.Say($"device {options.Device?.ToString() ?? "cpu"}, precision {options.Precision.ToString().ToLowerInvariant()}, seed {training.Seed}");

        AnchorStatistics anchors;
        try
        {
            anchors = AnchorStatistics.OfSample(train, settings, AnchorSample, session.Cancellation);
        }
        catch (OperationCanceledException)
        {
            // The trainer sees to it, and leaves a checkpoint to go on from.
            return;
        }

        var sample = anchors.IsSample ? $" of {anchors.Images} sampled images" : "";
        output.Say($"anchors{sample}: {anchors.Foreground} foreground, {anchors.Background} background, {anchors.BoxesWithoutAnchor} of {anchors.Boxes} boxes without one");
        if (anchors.BoxesWithoutAnchor > MaxBoxesWithoutAnchor * anchors.Boxes)
            output.Warn($"{100.0 * anchors.BoxesWithoutAnchor / anchors.Boxes:0} % of the boxes{sample} match no anchor and will not be learnt. "
                + "For small boxes try a larger --size or finer --levels, for long ones other --ratios.");
    }

    private static string Counts(DetectionDataset set)
    {
        var boxes = set.Images.Sum(image => image.Annotations.Count);
        return $"{set.Source}: {set.Images.Count} images, {boxes} boxes, {set.Categories.Count} classes";
    }

    private static void Conclude(Output output, TrainingResult result, string folder, string? validation)
    {
        output.Say($"{(result.IsCancelled ? "Cancelled" : "Done")} after {result.Epochs} epochs, {result.Steps} steps, {Durations.Text(result.Duration)}."
            + (result.Best is { } best ? $" Best AP {best.AP:0.000} in epoch {result.BestEpoch}." : ""));
        if (result.IsCancelled)
            output.Say("The same command with --resume goes on from here.");
        output.Say($"The model is in {folder}. To go on:");
        output.Say($"  retina eval {CommandText.Quoted(folder)} {CommandText.Quoted(validation ?? "DATA")}");
        output.Say($"  retina detect {CommandText.Quoted(folder)} PATH --out DIR");
    }

    private static void Write(Utf8JsonWriter writer, TrainingResult result, string folder)
    {
        writer.WriteString("run", folder);
        writer.WriteNumber("epochs", result.Epochs);
        writer.WriteNumber("steps", result.Steps);
        writer.WriteNumber("seconds", result.Duration.TotalSeconds);
        writer.WriteBoolean("cancelled", result.IsCancelled);
        writer.WriteNumber("best_epoch", result.BestEpoch);
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
