using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Trains a detector on annotated images. Writes a run folder with config.json, metrics.jsonl, last.safetensors, last.state (the checkpoint to resume
/// from) and, with a validation set, best.safetensors. All random draws are functions of the seed.
/// </summary>
/// <param name="settings">Settings of the model, its input and the training run.</param>
/// <param name="train">The training images.</param>
/// <param name="validation">The validation images, on which the best epoch is selected. Classes are matched by name, and at least one must be shared. Null: no validation.</param>
/// <param name="options">Run folder, device and custom components.</param>
public sealed class Trainer(RunSettings settings, DetectionDataset train, DetectionDataset? validation, TrainerOptions options)
{
    /// <summary>
    /// Trains until the run ends or is canceled. The weights are saved in both cases, but if it is canceled while <see cref="TrainerOptions.SkipBadImages"/> decodes the images:
    /// then nothing is written, and the counts of the result are 0, also those of a resumed run.
    /// </summary>
    /// <param name="progress">Reports steps and epochs, on the calling thread.</param>
    /// <param name="cancellationToken">Stops the run after the current step, with a checkpoint to resume from.</param>
    /// <returns>The result; <see cref="TrainingResult.IsCanceled"/> is true if the run was canceled.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <exception cref="DatasetException">
    /// The data cannot be used for training: for example, there are no images or no classes, or the two datasets share no class.
    /// </exception>
    /// <exception cref="TrainingDivergedException">
    /// A loss, a gradient or the validation loss is not finite. The last checkpoint is from before that step, but for the validation loss it may be the one after it.
    /// </exception>
    /// <exception cref="WeightsException">The initial weights or the checkpoint to resume from are corrupt, or do not match the settings or data.</exception>
    /// <exception cref="IOException">The run folder cannot be written to, or the final model cannot be saved.</exception>
    /// <exception cref="TorchUnavailableException">The device is not available.</exception>
    /// <exception cref="DistributedException">The processes have different settings, data or weights, or the connection to one of them failed.</exception>
    public TrainingResult Train(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        settings.Validate();
        settings.Training.ValidateFor(options.Group.Size);
        options.Components.Validate(settings);
        if (settings.Training.Schedule == ScheduleKind.Plateau && validation is null)
            throw new ArgumentException($"Schedule {ScheduleKind.Plateau}: it follows the validation AP; add a validation set, or choose another schedule.");
        if (settings.Training.Freeze > 0 && options.Components.Network.Backbone is { } backbone and not ResNetArchitecture)
        {
            throw new ArgumentException(
                $"Freeze {settings.Training.Freeze} counts stages of a ResNet. For the backbone '{backbone.Name}', set Freeze to 0, and requires_grad of frozen parameters to false.");
        }

        if (TrainingData.Prepare(train, validation, options.SkipBadImages, options.Logger, options.Group, cancellationToken) is not { } data)
            return new(0, 0, null, 0, TimeSpan.Zero, IsCanceled: true);
        var (trainSet, validationSet) = settings.Model.BackgroundClass
            ? (BackgroundClass.AddTo(data.Train), data.Validation is null ? null : BackgroundClass.AddTo(data.Validation))
            : (data.Train, data.Validation);
        var device = LibTorch.Require(options.Device);
        if (device.type == DeviceType.CPU && !CpuFeatures.ReportsCaches)
            options.Logger.NoOneDnn();
        // LibTorch keeps its thread count per calling thread.
        var before = LibTorch.Threads;
        try
        {
            return Train(trainSet, validationSet, device, progress, cancellationToken) with { ValidationSet = data.Validation, SkippedImages = data.Skipped };
        }
        finally
        {
            LibTorch.Threads = before;
            // The next run of this process has other threads.
            Heap.ReturnFreedMemory();
        }
    }

    /// <summary>Trains on a separate thread; see <see cref="Train(IProgress{TrainingProgress}?, CancellationToken)"/>.</summary>
    /// <param name="progress">Reports steps and epochs, on the training thread.</param>
    /// <param name="cancellationToken">Stops after the current step, with a checkpoint to resume from.</param>
    /// <returns>The result; <see cref="TrainingResult.IsCanceled"/> is true if the run was canceled.</returns>
    public Task<TrainingResult> TrainAsync(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        // The token is not passed to the task: a canceled run writes its checkpoint and returns a result.
        Task.Factory.StartNew(() => Train(progress, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private TrainingResult Train(DetectionDataset train, DetectionDataset? validation, Device device, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var group = options.Group;
        var isFirst = group.Rank == 0;
        var threads = options.Threads == 0 ? ProcessThreads.Compute(group) : options.Threads;
        var threadsPerShard = settings.Training.GetThreadsPerShard(threads * group.Size);
        LibTorch.Threads = threadsPerShard;

        var architecture = RetinaNetArchitecture.Create(settings, train.Categories.Count, options.Components.Network);
        var processes = group.Size == 1 ? "" : $"{group.Size} processes, ";
        var start = Start(architecture, train, validation, $"{processes}LibTorch {LibTorch.Version}, {device}, {threadsPerShard} threads for a shard");
        RunAgreement.RequireEqualStart(group, start);
        var found = options.Resume && isFirst ? FindCheckpoint(start) : null;
        var reached = RunAgreement.Broadcast(group, found?.At);
        if (reached is { IsFinished: true } end)
            return new(end.Step, end.Epoch, end.Best, end.BestEpoch, TimeSpan.FromSeconds(end.Seconds), IsCanceled: false);
        var at = RunAgreement.Broadcast(
            group, reached is null ? start with { Precision = ComputeType.Resolve(options.Precision, device) } : reached with { ComputedOn = start.ComputedOn })!;

        using var devices = GpuExchange.Create(group, device, options.UsesNccl);
        if (group.Size > 1 && device.type == TorchSharp.DeviceType.CUDA)
            options.Logger.GpusExchange(devices?.Library ?? "MPI in host memory: NCCL needs libnccl.so.2 2.12.10 or later on every machine, and a GPU for each process");
        using var state = new TrainingState(
            Initial(architecture, train, reached is null && isFirst, device), settings.Training, ComputeType.Choose(at.Precision, device), group,
            options.GradientsInBFloat16, devices);
        if (group.Size > 1 || found is not null)
            Restore(state, found?.Path, at);
        using var shards = new ShardThreads(state.Layout.OwnShards, threadsPerShard);
        var clock = new PhaseClock();
        var anchors = new AnchorGenerator(settings.Model.Anchors);
        var components = options.Components;
        var steps = components.CreateSteps(settings, state, new(settings.Loss.Normalizer, at.Normalizer), shards, clock);
        steps.Loss.Statistics = at.LossStatistics;
        var samples = Slice(train);
        if (group.Size > 1 && settings.Training.GetSamplesPerEpoch(samples) < settings.Training.EffectiveBatch)
        {
            throw new DatasetException(train.Source, "",
                $"has {samples.Images.Count} samples, fewer than the {settings.Training.EffectiveBatch} of a step: train with one process, or with smaller batches");
        }

        var repeats = ImageRepeats.Compute(samples, settings.Training);
        var loader = new TrainingLoader(samples, settings.Input, settings.Augmentation, anchors, components.CreateAssigner(settings), new()
        {
            BatchSize = settings.Training.Batch / settings.Training.EffectiveShards,
            BatchesPerStep = steps.BatchesPerStep,
            ComposedEpochs = settings.Augmentation.GetComposedEpochs(settings.Training.Epochs),
            Repeats = repeats,
            Seed = settings.Training.Seed,
            Prefetch = 2 * steps.BatchesPerStep,
            CacheBytes = LoaderOptions.GetCacheBytes(settings),
            Rank = group.Rank,
            Ranks = group.Size,
        }, components.Augmentations);
        if (repeats is not null)
            options.Logger.Repeated(samples.Images.Count, loader.SamplesPerEpoch, repeats.Max());
        var stepsPerEpoch = Math.Max(1, loader.BatchesPerEpoch / steps.BatchesPerStep);
        if (at.Step < (long)at.Epoch * stepsPerEpoch || at.Step > (at.Epoch + 1L) * stepsPerEpoch)
        {
            throw new WeightsException(options.Folder,
                $"its run had another number of steps per epoch, because another version of RetinaSharp counted its samples: resume with that version, or start another run from these weights");
        }

        var validator = validation is null ? null : new Validator(validation, settings, state.Evaluation, anchors, threads, components, steps.Loss, group);
        using var folder = isFirst ? new RunFolder(options.Folder, at.Settings, reached) : null;
        var result = new TrainingLoop(at, train, loader, steps, state, validator, folder, new(options.CheckpointEvery), components, clock, options.Logger, progress).Run(cancellationToken);
        // A process may leave NCCL when the others have received what it sent.
        if (devices is not null)
            group.Any(false);
        return result;
    }

    /// <summary>Gives all processes the tensors of a checkpoint, or of rank 0.</summary>
    private void Restore(TrainingState state, string? checkpoint, Checkpoint at)
    {
        using var tensors = state.GetCheckpoint();
        if (checkpoint is not null)
            CheckpointFile.Read(checkpoint, tensors);
        foreach (var (_, tensor) in tensors.Entries)
            TensorBroadcast.Run(options.Group, tensor);
        state.OnRestored(tensors, at.Step);
    }

    /// <summary>Returns the training samples: the images, or with <see cref="RunSettings.Tile"/> their slices.</summary>
    private DetectionDataset Slice(DetectionDataset train)
    {
        var samples = TrainingSamples.Create(train, settings);
        if (settings.Tile is { } tile)
            options.Logger.Sliced(tile, train.Images.Count, samples.Images.Count, samples.Images.Count(sample => !TrainingTiles.HasObjects(sample)));
        return samples;
    }

    /// <summary>Creates the checkpoint that the requested run has before its first step.</summary>
    private Checkpoint Start(RetinaNetArchitecture architecture, DetectionDataset train, DetectionDataset? validation, string computedOn) => new()
    {
        Settings = settings with { Model = architecture.Settings },
        TrainingData = DatasetDigest.ComputeForTraining(train),
        ValidationData = validation is null ? null : DatasetDigest.ComputeForValidation(validation),
        Normalizer = StepNormalizer.FirstAverage,
        Precision = options.Precision,
        ComputedOn = computedOn,
    };

    /// <summary>Finds the checkpoint to resume from, and logs how the run continues. Returns null if the run folder contains no run.</summary>
    private (string Path, Checkpoint At)? FindCheckpoint(Checkpoint start)
    {
        var logger = options.Logger;
        if (CheckpointFile.Find(options.Folder, start, logger.CheckpointNotUsed) is not var (path, at))
        {
            if (File.Exists(Path.Combine(options.Folder, ModelFile.Last)))
            {
                throw new WeightsException(options.Folder,
                    $"it contains a model, but no {CheckpointFile.Last} to resume from; start another run from these weights, in another folder");
            }

            logger.NoRunToResume(options.Folder);
            return null;
        }

        if (at.IsExtendedBy(start))
        {
            logger.Extended(options.Folder, at.Settings.Training.Epochs, settings.Training.Epochs, at.Epoch);
            at = at.ExtendedTo(start);
        }

        if (at.IsFinished)
        {
            logger.AlreadyFinished(options.Folder, at.Epoch, at.IsStopped ? " by early stopping" : "");
            return (path, at);
        }

        logger.Resumed(options.Folder, at.Step, at.Epoch + 1);
        if (at.ComputedOn != start.ComputedOn)
            logger.ComputedElsewhere(at.ComputedOn, start.ComputedOn);
        return (path, at);
    }

    /// <summary>
    /// Creates the initial tensors of the network on the device. Their values are only initialized for a new run in rank 0; otherwise the checkpoint or those of rank 0
    /// overwrite them.
    /// </summary>
    private NetworkState Initial(RetinaNetArchitecture architecture, DetectionDataset train, bool initializes, Device device)
    {
        var state = initializes ? WeightInitializer.Create(architecture, settings.Training.Seed) : NetworkState.Create(architecture);
        try
        {
            if (initializes)
                LoadWeights(state, train);
            if (device.type == DeviceType.CPU)
                return state;
            using (state)
                return state.To(device);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private void LoadWeights(NetworkState state, DetectionDataset train)
    {
        var transfer = settings.Weights is { } weights ? WeightTransfer.Load(weights, state, train.Categories) : null;
        if (transfer is not null)
            options.Logger.WeightsLoaded(transfer.Summary);
        // Only a ResNet can have frozen normalization or frozen stages: a custom backbone has its own normalization, and Freeze is 0.
        if (state.Architecture.Backbone is ResNetArchitecture && transfer is not { HasBackbone: true } && (settings.Model.Norm == NormKind.Frozen || settings.Training.Freeze > 0))
            options.Logger.FrozenAtRandomWeights();
        if (transfer is { HasBackbone: true, HasHeads: false })
            WarnOfFewSteps(train);
    }

    private void WarnOfFewSteps(DetectionDataset train)
    {
        var stepsPerEpoch = settings.Training.GetStepsPerEpoch(TrainingSamples.Create(train, settings));
        var steps = (long)stepsPerEpoch * settings.Training.Epochs;
        if (steps < EpochCount.MinSteps)
            options.Logger.FewSteps(steps, EpochCount.MinSteps, EpochCount.GetMinEpochs(stepsPerEpoch));
    }
}
