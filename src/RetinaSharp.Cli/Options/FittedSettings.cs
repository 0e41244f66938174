using System.CommandLine;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Training;

namespace RetinaSharp.Cli.Options;

/// <summary>Settings of a training run that depend on its data, its memory or the number of processes.</summary>
/// <param name="session">Receives messages; cancels.</param>
/// <param name="options">The options of settings.</param>
internal sealed class FittedSettings(Session session, RunSettingsOptions options)
{
    private const string Auto = "auto";
    private const string ShardsOption = "--shards";

    /// <summary>The option that fits the anchors.</summary>
    public Option<string> Anchors { get; } = CliOption.Choice("--anchors", "Anchors of the preset, the default, or fitted to the training set before training (auto): scales, ratios, levels and input size as 'retina anchors --fit' proposes; those given as options are kept.",
        ("preset", "preset"), (Auto, Auto));

    /// <summary>Returns whether the anchors are fitted.</summary>
    public bool FitsAnchors(ParseResult parse) => parse.GetValue(Anchors) == Auto;

    /// <summary>Completes the settings of a new run. Those of a run that is resumed were completed when it began.</summary>
    /// <param name="parse">The parsed command line.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="trainer">Options of the trainer.</param>
    /// <param name="train">The training set.</param>
    /// <exception cref="UsageException">An option does not fit to the others.</exception>
    public RunSettings Complete(ParseResult parse, RunSettings settings, TrainerOptions trainer, DetectionDataset train)
    {
        var isNew = !trainer.Resume || !File.Exists(Path.Combine(trainer.Folder, RunOutput.Config));
        if (isNew && FitsAnchors(parse))
            settings = FitAnchors(settings, train, parse);
        // After the anchors, because these may enlarge the input.
        if (isNew && options.FindsBatch(parse))
            settings = FindBatch(settings, train, trainer);
        if (isNew && !options.IsGiven(parse, ShardsOption))
            settings = UsageException.Guard(() => settings with { Training = settings.Training.SpreadOver(trainer.Group.Size) });
        UsageException.Guard(() => settings.Training.ValidateFor(trainer.Group.Size));
        // After the batch size, which the number of steps depends on.
        return isNew && options.FindsEpochs(parse) ? EpochCount.Raise(settings, train) : settings;
    }

    /// <summary>Fits the anchors to the training set, or to its slices, except for settings that are given as options.</summary>
    /// <exception cref="UsageException">The network has no anchors, or these are not assigned by IoU, which a fit raises.</exception>
    private RunSettings FitAnchors(RunSettings settings, DetectionDataset train, ParseResult parse)
    {
        if (settings is not { Model.Head: HeadKind.Anchors, Assigner.Kind: AssignerKind.Iou })
            throw new UsageException($"--anchors auto fits anchors that are assigned by IoU, not the head {settings.Model.Head} with the assigner {settings.Assigner.Kind}: add --head anchors --assigner iou, or omit --anchors");
        var samples = TrainingSamples.Create(train with { Images = [.. train.Images.Where(image => image is { Width: > 0, Height: > 0 })] }, settings);
        var fit = AnchorFitter.Fit(samples, settings, options.GetAnchorFit(parse), session.CancellationToken);
        session.Output.Info(AnchorFitReport.Summary(fit));
        return fit.ApplyTo(settings);
    }

    private RunSettings FindBatch(RunSettings settings, DetectionDataset train, TrainerOptions trainer)
    {
        if (trainer.Group.Size > 1)
            throw new UsageException("--batch auto works in one process: give the batch as a number");
        session.Output.Info("Running a few training steps to find the largest batch that fits into the memory.");
        var fit = BatchSizeFinder.Find(train, settings, trainer, session.CancellationToken);
        session.Output.Info($"batch {fit.Batch}: a step needs about {Bytes(fit.StepBytes)} of {Bytes(fit.AvailableBytes)} available memory; " + fit.Limit switch
        {
            BatchSizeLimit.Memory => "a larger batch does not fit",
            BatchSizeLimit.Dataset => $"a larger batch would leave less than {BatchSizeFinder.MinStepsPerEpoch} steps in an epoch",
            _ => "larger batches are not chosen",
        });
        return fit.ApplyTo(settings);

        static string Bytes(long bytes) => bytes < 1e9 ? $"{bytes / 1e6:0} MB" : $"{bytes / 1e9:0.0} GB";
    }
}
