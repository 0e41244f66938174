using System.Diagnostics;
using RetinaSharp.Annotations;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Evaluation;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Trains a RetinaNet on annotated images and keeps a run folder: config.json, metrics.jsonl, last.safetensors, and
/// best.safetensors where there is a validation set. Everything random follows from the seed.
/// </summary>
/// <param name="settings">What is trained, and how.</param>
/// <param name="train">The training images.</param>
/// <param name="validation">Images that choose the best epoch, with the same classes; null without.</param>
/// <param name="options">Where it runs.</param>
public sealed class Trainer(RunSettings settings, AnnotatedSet train, AnnotatedSet? validation, TrainerOptions options)
{
    private readonly LossMeter _recent = new();
    private readonly LossMeter _epochLoss = new();
    private readonly PhaseClock _clock = new();

    /// <summary>What the loader calls a batch is a shard here.</summary>
    private int BatchesPerStep => settings.Training.Accumulate * settings.Training.EffectiveShards;

    /// <summary>Trains to the end, or until it is cancelled; the weights are saved in both cases.</summary>
    /// <param name="progress">Told of steps and epochs, on the calling thread.</param>
    /// <param name="cancellation">Stops after the step at hand.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <exception cref="DataException">The data cannot be trained on.</exception>
    /// <exception cref="TrainingDivergedException">A loss or a gradient is not finite.</exception>
    /// <exception cref="TorchUnavailableException">The device is not there.</exception>
    public TrainingResult Train(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        settings.Validate();
        if (train.Images.Count == 0 || train.Categories.Count == 0)
            throw new DataException(train.Source, "", "there is nothing to train on: no images, or no classes");
        if (validation is not null && !validation.Categories.Select(category => category.Name).SequenceEqual(train.Categories.Select(category => category.Name)))
            throw new DataException(validation.Source, "", "the classes are not those of the training set, in the same order");

        if (settings.Model.Norm == NormKind.Frozen || settings.Training.Freeze > 0)
            progress?.Report(new TrainingNote("The backbone starts from random weights, but its normalisation or some of its stages are frozen, as if it had been trained: "
                + "it will learn little. From scratch use --norm batch (or group) with --freeze 0."));
        Engine.Require(options.Device);
        var threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        var threadsPerShard = Math.Max(1, threads / settings.Training.EffectiveShards);
        Engine.Threads = threadsPerShard;
        using var network = new RetinaNet(settings.Model, train.Categories.Count);
        WeightInitializer.Initialize(network, settings.Training.Seed);
        network.Body.Freeze(settings.Training.Freeze);
        network.To(options.Device, ComputeType.Choose(options.Precision, options.Device), settings.Training.EffectiveShards);
        network.Train(true);

        var anchors = new AnchorGenerator(settings.Model.Anchors);
        var loader = new TrainingLoader(train, settings.Input, settings.Augmentation, anchors, new Assigner(settings.Assigner), new()
        {
            BatchSize = settings.Training.Batch / settings.Training.EffectiveShards,
            Seed = settings.Training.Seed,
            Prefetch = 2 * BatchesPerStep,
        });
        using var state = new TrainingState(network, settings.Training);
        using var shards = new ShardThreads(settings.Training.EffectiveShards, threadsPerShard);
        var validator = validation is null ? null : new Validator(validation, settings, network, anchors, threads);
        var folder = new RunFolder(options.Folder, settings);
        return Run(network, loader, state, shards, validator, folder, progress, cancellation);
    }

    private TrainingResult Run(
        RetinaNet network, TrainingLoader loader, TrainingState state, ShardThreads shards, Validator? validator, RunFolder folder, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var stepsPerEpoch = Math.Max(1, loader.BatchesPerEpoch / BatchesPerStep);
        var totalSteps = (long)stepsPerEpoch * settings.Training.Epochs;
        var schedule = new LearningRateSchedule(settings.Training, totalSteps);
        var pace = new Pace(totalSteps);
        CocoMetrics? best = null;
        var (bestEpoch, epoch, step) = (0, 0, 0L);
        void Save(string name, double? validationAP) => folder.Save(name, state.Averages(), new()
        {
            Settings = settings,
            Categories = train.Categories,
            TrainingData = train.Source,
            TrainingImages = train.Images.Count,
            Steps = step,
            Epochs = epoch,
            ValidationAP = validationAP,
        });

        try
        {
            while (epoch < settings.Training.Epochs)
            {
                _epochLoss.Reset();
                _clock.Reset();
                using var batches = loader.Epoch(epoch, cancellation: cancellation).GetEnumerator();
                for (var i = 0; i < stepsPerEpoch; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var learningRate = schedule.At(step);
                    var images = Step(network, batches, state, shards, learningRate, step);
                    step++;
                    pace.Add(step, images);
                    if (!pace.IsDue)
                        continue;
                    progress?.Report(new TrainingStep(step, totalSteps, epoch + 1, _recent.Classification, _recent.Box, learningRate, pace.ImagesPerSecond, pace.Remaining));
                    _recent.Reset();
                }

                var result = validator is null ? null : Validate(network, state, validator, cancellation);
                epoch++;
                var isBest = result is not null && (best is null || result.Metrics.AP > best.AP);
                if (isBest)
                {
                    (best, bestEpoch) = (result!.Metrics, epoch);
                    Save(ModelFile.Best, result.Metrics.AP);
                }

                Save(ModelFile.Last, result?.Metrics.AP);
                _clock.Lap("save");
                var report = new TrainingEpoch(epoch, settings.Training.Epochs, _epochLoss.Classification, _epochLoss.Box, result, isBest, Stopwatch.GetElapsedTime(started));
                folder.Append(report, step, schedule.At(step - 1), _clock.Seconds);
                progress?.Report(report);
                if (settings.Training.EarlyStop > 0 && validator is not null && epoch - bestEpoch >= settings.Training.EarlyStop)
                {
                    progress?.Report(new TrainingNote($"No better AP for {settings.Training.EarlyStop} epochs: training ends early; the best was epoch {bestEpoch}."));
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Nothing already learnt is lost.
            Save(ModelFile.Last, null);
            return new(step, epoch, best, bestEpoch, Stopwatch.GetElapsedTime(started), IsCancelled: true);
        }

        return new(step, epoch, best, bestEpoch, Stopwatch.GetElapsedTime(started), IsCancelled: false);
    }

    private ValidationResult Validate(RetinaNet network, TrainingState state, Validator validator, CancellationToken cancellation)
    {
        state.SwapAverages();
        try
        {
            return validator.Run(cancellation);
        }
        finally
        {
            state.SwapAverages();
            network.Train(true);
            _clock.Lap("validation");
        }
    }

    /// <summary>One step of the optimiser, over as many batches as are accumulated.</summary>
    /// <returns>Images it was made from.</returns>
    private int Step(RetinaNet network, IEnumerator<TrainingBatch> source, TrainingState state, ShardThreads shards, double learningRate, long step)
    {
        // All batches of the step are there before the first goes through: the normaliser counts the positives of all.
        var batches = new List<TrainingBatch>();
        try
        {
            while (batches.Count < BatchesPerStep && source.MoveNext())
                batches.Add(source.Current);
            _clock.Lap("data");
            var normalizer = Math.Max(1, batches.Sum(batch => batch.PositiveCount));
            var (classification, box) = (0.0, 0.0);
            foreach (var group in batches.Chunk(settings.Training.EffectiveShards))
            {
                var losses = new (double Classification, double Box)[group.Length];
                shards.Run(group.Length, shard => losses[shard] = ForwardAndBackward(network, group[shard], normalizer, shard == 0));
                foreach (var loss in losses)
                {
                    classification += Finite(loss.Classification, "classification loss", step, batches);
                    box += Finite(loss.Box, "box loss", step, batches);
                }

                state.Gradients.Collect(first: group[0] == batches[0], shards);
                network.Settle();
                _clock.Lap("backward");
            }

            Finite(state.Gradients.Clip(settings.Training.Clip > 0 ? settings.Training.Clip : double.PositiveInfinity, shards), "gradient", step, batches);
            state.Update(learningRate, shards);
            _recent.Add(classification, box);
            _epochLoss.Add(classification, box);
            _clock.Lap("optimizer");
            return batches.Sum(batch => batch.Count);
        }
        finally
        {
            foreach (var batch in batches)
                batch.Dispose();
        }
    }

    /// <summary>One shard, on a thread of its own. The time of the first stands for all.</summary>
    private (double Classification, double Box) ForwardAndBackward(RetinaNet network, TrainingBatch batch, double normalizer, bool isTimed)
    {
        using var scope = new TensorScope();
        var input = Preprocessing.Input(batch, network);
        var outputs = network.Forward(input);
        Lap("forward");
        var loss = DetectionLoss.Evaluate(settings.Loss, outputs, batch, normalizer, Engine.Threads);
        Lap("loss");
        // What is not finite is found by the caller; going back from it does no harm, because the weights are not moved.
        Autograd.Backward(loss.Outputs, loss.Gradients);
        return (loss.Classification, loss.Box);

        void Lap(string phase)
        {
            if (isTimed)
                _clock.Lap(phase);
        }
    }

    private static double Finite(double value, string term, long step, List<TrainingBatch> batches) => double.IsFinite(value)
        ? value
        : throw new TrainingDivergedException(term, step + 1, [.. batches.SelectMany(batch => batch.Images.Select(image => image.Source.FileName))]);
}
