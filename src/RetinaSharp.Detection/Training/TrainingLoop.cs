using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Runs the epochs of a training run, from a checkpoint to the end: training steps, validation, output files and checkpoints. With several processes, all run the same steps
/// in lockstep, and rank 0 writes the files and decides on the best epoch and the end of the run.
/// </summary>
/// <param name="start">The checkpoint to start from.</param>
/// <param name="train">The training images.</param>
/// <param name="loader">Loads batches of the training images.</param>
/// <param name="steps">Runs the steps.</param>
/// <param name="state">Weights and optimizer state, which the steps update.</param>
/// <param name="validator">Evaluates each epoch; null without a validation set.</param>
/// <param name="folder">Writes the output files; null in other processes than rank 0.</param>
/// <param name="checkpoints">Decides when a checkpoint is written.</param>
/// <param name="components">Custom schedule and callbacks.</param>
/// <param name="clock">Accumulates the time spent in each phase.</param>
/// <param name="logger">Receives log messages.</param>
/// <param name="progress">Receives progress reports.</param>
internal sealed class TrainingLoop(
    Checkpoint start, DetectionDataset train, TrainingLoader loader, StepRunner steps, TrainingState state, Validator? validator, RunFolder? folder,
    CheckpointClock checkpoints, TrainingComponents components, PhaseClock clock, ILogger logger, IProgress<TrainingProgress>? progress)
{
    private readonly TimeSpan _before = TimeSpan.FromSeconds(start.Seconds);
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly int _stepsPerEpoch = Math.Max(1, loader.BatchesPerEpoch / steps.BatchesPerStep);
    private readonly TrainingControl _control = new();
    private Checkpoint _at = start;
    private LossSums _recent;
    private AnchorSums _recentAnchors;
    private DatasetEvaluation? _bestEvaluation;
    private TimeSpan _stepTime;
    private TimeSpan _validationTime;
    private bool _isCancellationAgreed;

    private IProcessGroup Group => steps.Group;

    private bool IsEndOfEpoch => _at.Step % _stepsPerEpoch == 0;

    private TimeSpan Elapsed => _before + Stopwatch.GetElapsedTime(_started);

    /// <summary>Trains until the run ends or is canceled. Writes model and checkpoint in both cases.</summary>
    /// <exception cref="IOException">The final model cannot be written.</exception>
    public TrainingResult Run(CancellationToken cancellationToken)
    {
        var training = _at.Settings.Training;
        var totalSteps = (long)_stepsPerEpoch * training.Epochs;
        var schedule = components.Schedule ?? new LearningRateSchedule(training);
        var throughput = new ThroughputEstimator(_at.Step, totalSteps);
        progress?.Report(new TrainingStart(_at.Step, totalSteps));
        try
        {
            // A checkpoint before the first step: the run can be resumed at any time, and a folder that cannot be written to is reported at once.
            if (_at.Step == 0)
                WriteCheckpoint();
            while (!_at.IsFinished && _control.StopReason is null)
            {
                clock.Reset();
                Steps(schedule, throughput, totalSteps, cancellationToken);
                if (!IsEndOfEpoch)
                    continue;
                state.GatherModel();
                FinishEpoch(Validate(cancellationToken), schedule.GetLearningRate(_at.Step - 1, totalSteps) * _at.PlateauFactor);
            }
        }
        // It may have been canceled in another process. What follows needs all of them.
        catch (OperationCanceledException) when (Group.Size == 1 ? cancellationToken.IsCancellationRequested : _isCancellationAgreed)
        {
            // Save the state of the last step, so that no work is lost.
            state.GatherModel();
            Write(() => SaveLast(null), mustSucceed: false);
            WriteCheckpoint();
            return Result(isCanceled: true);
        }

        if (_control.StopReason is { } reason && !_at.IsFinished)
        {
            if (!IsEndOfEpoch)
            {
                state.GatherModel();
                Write(() => SaveLast(null), mustSucceed: false);
            }

            WriteCheckpoint();
            logger.StoppedByCallback(_at.Step, reason);
            return Result(isCanceled: false) with { StopReason = reason };
        }

        if (_at.Epoch < training.Epochs)
            logger.StoppedEarly(training.EarlyStop, _at.BestEpoch);
        return Result(isCanceled: false);
    }

    private TrainingResult Result(bool isCanceled) =>
        new(_at.Step, _at.Epoch, _at.Best, _at.BestEpoch, Elapsed, isCanceled) { BestEvaluation = _bestEvaluation };

    /// <summary>Runs the remaining steps of the current epoch.</summary>
    private void Steps(ILearningRateSchedule schedule, ThroughputEstimator throughput, long totalSteps, CancellationToken cancellationToken)
    {
        var done = (int)(_at.Step - ((long)_at.Epoch * _stepsPerEpoch));
        // Several processes stop after the same step, so that none of them may stop loading before.
        using var batches = loader.EnumerateEpoch(_at.Epoch, done * steps.BatchesPerStep, Group.Size > 1 ? CancellationToken.None : cancellationToken).GetEnumerator();
        throughput.Resume();
        for (; done < _stepsPerEpoch; done++)
        {
            var begun = Stopwatch.GetTimestamp();
            var learningRate = schedule.GetLearningRate(_at.Step, totalSteps) * _at.PlateauFactor;
            // This step and the next one take about as long as the last one; a crash at their end must not lose more than the interval. Several processes agree on it before
            // the step, one decides after it.
            var isCheckpointDue = Group.Size > 1 && folder is not null && checkpoints.IsDue(next: 2 * _stepTime);
            if (steps.Run(batches, learningRate, _at.Step, cancellationToken.IsCancellationRequested || _control.StopReason is not null, isCheckpointDue) is not { } outcome)
            {
                AgreeOnStopReason();
                _isCancellationAgreed = _control.StopReason is null;
                if (_isCancellationAgreed)
                    throw new OperationCanceledException(cancellationToken);
                break;
            }

            var (classification, box, images, anchors, isCheckpointRequested) = outcome;
            _at = _at with
            {
                Step = _at.Step + 1,
                Losses = _at.Losses.Add(classification, box),
                Anchors = _at.Anchors.Add(anchors),
                Normalizer = steps.Normalizer.Average,
            };
            (_recent, _recentAnchors) = (_recent.Add(classification, box), _recentAnchors.Add(anchors));
            throughput.Add(_at.Step, images);
            if (throughput.IsDue)
            {
                var remaining = throughput.Remaining + (_validationTime * (_at.Settings.Training.Epochs - _at.Epoch));
                progress?.Report(new TrainingStep(
                    _at.Step, totalSteps, _at.Epoch + 1, _recent.MeanClassification, _recent.MeanBox, learningRate, throughput.ImagesPerSecond, remaining, _recentAnchors.PositiveFraction));
                (_recent, _recentAnchors) = (default, default);
            }

            foreach (var callback in components.Callbacks)
                callback.OnStepEnd(new(_at.Step, totalSteps, _at.Epoch + 1, classification, box, learningRate, images), _control);

            _stepTime = Stopwatch.GetElapsedTime(begun);
            if (isCheckpointRequested || (Group.Size == 1 && checkpoints.IsDue(next: _stepTime)))
                WriteCheckpoint();
        }

        throughput.Pause();
    }

    /// <summary>Lets all processes know the reason if a callback stopped the run in one of them.</summary>
    private void AgreeOnStopReason()
    {
        if (Group.Size > 1 && Group.GatherText(_control.StopReason ?? "").FirstOrDefault(reason => reason.Length > 0) is { } reason)
            _control.Stop(reason);
    }

    private ValidationResult? Validate(CancellationToken cancellationToken)
    {
        if (validator is null)
            return null;
        // How long the first validation of a session takes is not known.
        if (IsAgreed(_validationTime == TimeSpan.Zero || checkpoints.IsDue(next: _validationTime)))
            WriteCheckpoint();
        var begun = Stopwatch.GetTimestamp();
        try
        {
            var result = validator.Run(cancellationToken);
            // The last step of an epoch can make weights so large that the outputs are not finite, which the next forward pass is the first to see.
            if (!double.IsFinite(result.Classification) || !double.IsFinite(result.Box))
                throw new TrainingDivergedException("validation loss", _at.Step, []);
            return result;
        }
        catch (OperationCanceledException)
        {
            // The processes validate together.
            _isCancellationAgreed = true;
            throw;
        }
        finally
        {
            _validationTime = Stopwatch.GetElapsedTime(begun);
            clock.Lap("validation");
        }
    }

    private void FinishEpoch(ValidationResult? validation, double learningRate)
    {
        if (validation is not null)
        {
            foreach (var callback in components.Callbacks)
                callback.OnValidationEnd(_at.Epoch + 1, validation, _control);
        }

        var (losses, anchors) = (_at.Losses, _at.Anchors);
        var isBest = validation is not null && (_at.Best is null || validation.Metrics.AP > _at.Best.AP);
        _at = _at with { Epoch = _at.Epoch + 1, Losses = default, Anchors = default };
        if (isBest)
        {
            _at = _at with { Best = validation!.Metrics, BestEpoch = _at.Epoch };
            _bestEvaluation = validation.Evaluation;
            Write(() => folder?.SaveBest(state.Model, Description(validation.Metrics.AP)), mustSucceed: false);
        }

        _at = _at.ReducedOnPlateau();
        _at = RunAgreement.AfterEpoch(Group, _at, state);
        var isLast = _at.IsFinished;
        Write(() => SaveLast(validation?.Metrics.AP), mustSucceed: isLast);
        clock.Lap("save");
        var report = new TrainingEpoch(_at.Epoch, _at.Settings.Training.Epochs, losses.MeanClassification, losses.MeanBox, validation, isBest, Elapsed)
        {
            Step = _at.Step,
            LearningRate = learningRate,
            PositiveAnchors = anchors.Positive,
            PositiveShare = anchors.PositiveFraction,
            Phases = new Dictionary<string, double>(clock.Seconds),
        };
        Write(() => folder?.Append(report), mustSucceed: false);
        if (isLast)
            folder?.RetryPending();
        progress?.Report(report);
        foreach (var callback in components.Callbacks)
            callback.OnEpochEnd(report, _control);
        AgreeOnStopReason();
        if (isLast || IsAgreed(checkpoints.IsAffordable))
            WriteCheckpoint();
    }

    private void SaveLast(double? validationAP) => folder?.SaveLast(state.Model, Description(validationAP));

    private ModelDescription Description(double? validationAP) => new()
    {
        Settings = _at.Settings,
        Categories = train.Categories,
        TrainingData = train.Source,
        TrainingImages = train.Images.Count,
        Steps = _at.Step,
        Epochs = _at.Epoch,
        ValidationAP = validationAP,
    };

    /// <summary>Returns the decision of rank 0, which writes the files, in all processes.</summary>
    private bool IsAgreed(bool isWanted) => Group.Any(folder is not null && isWanted);

    /// <summary>Writes a checkpoint in rank 0, with the tensors of all processes.</summary>
    private void WriteCheckpoint()
    {
        var begun = Stopwatch.GetTimestamp();
        using var tensors = state.GatherCheckpoint();
        Write(() => folder?.SaveCheckpoint(tensors, _at with { Seconds = Elapsed.TotalSeconds, LossStatistics = steps.Loss.Statistics }), mustSucceed: false);
        checkpoints.Restart(cost: Stopwatch.GetElapsedTime(begun));
        clock.Lap("save");
    }

    /// <summary>Calls a function that writes a file. If the function fails, the error is logged and training continues, unless it must succeed.</summary>
    private void Write(Action write, bool mustSucceed)
    {
        try
        {
            write();
        }
        catch (IOException error) when (!mustSucceed)
        {
            logger.WriteFailed(error.Message);
        }
    }
}
