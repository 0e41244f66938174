using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Experiments.Runs;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>
/// Searches settings within a time budget: random values (<see cref="SearchSpace"/>), of which successive halving selects the best (<see cref="HalvingPlan"/>).
/// The first trial has the settings that the search starts from. Finished runs are kept, an unfinished one resumes from its checkpoint, and the same call with a
/// longer budget goes on. Weights are kept of the best trial only. Several processes share the runs of a rung.
/// </summary>
/// <remarks>
/// A trial at a rung is a run of its own with that many epochs, not a longer run that is interrupted. Its learning rate falls to the end of its schedule, so
/// that APs of weights are compared which have all settled, and the run at the last rung is the one that training with these settings repeats. This costs up to
/// half as much again as continuing the survivors' runs. Short schedules still rank some settings differently: they favor high learning rates, weak augmentation
/// and small images.
/// </remarks>
public sealed class Tuner
{
    private const string TrialsFolder = "trials";

    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(1);

    private readonly RunSettings _start;
    private readonly TuningOptions _options;
    private readonly RunTrainer _trainer;
    private readonly IReadOnlyList<TuningDimension> _dimensions;
    private readonly int _stepsPerEpoch;
    private readonly IReadOnlyList<int> _rungs;
    private readonly BudgetClock _clock;
    private readonly Lock _saving = new();
    private readonly SortedDictionary<int, Trial> _trials = [];
    private TuningState _state;
    private int _epochsNotShared;

    /// <summary>Creates a search, or opens the one in the folder.</summary>
    /// <param name="start">The settings that the search starts from.</param>
    /// <param name="train">Training set.</param>
    /// <param name="validation">Validation set, with the same classes.</param>
    /// <param name="options">Folder, budget, and what all runs share.</param>
    /// <exception cref="DistributedException">The processes have different settings or data, or the connection to one of them failed.</exception>
    /// <exception cref="ArgumentException">
    /// A setting is out of its range, or the folder contains a search with other data, settings or device; the message names the difference.
    /// </exception>
    /// <exception cref="DatasetException">A file of the search is corrupt, or the size of an image that is to be sliced is unknown.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public Tuner(RunSettings start, DetectionDataset train, DetectionDataset validation, TuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(options);
        start.Validate();
        if (options.Budget <= TimeSpan.Zero)
            throw new ArgumentException($"Budget {options.Budget}: must be above 0.");
        RunAgreement.RequireEqualSettings(options.Group, [start]);
        (_start, _options) = (start, options);
        _trainer = new(train, validation, options, TrialsFolder);
        _dimensions = SearchSpace.Create(start);
        _stepsPerEpoch = start.Training.GetStepsPerEpoch(TrainingSamples.Create(train, start));
        _rungs = HalvingPlan.CreateRungs(start.Training.Epochs, (int)Math.Ceiling((double)options.MinSteps / _stepsPerEpoch));
        var created = new TuningState
        {
            TrainingData = DatasetDigest.ComputeForTraining(train),
            ValidationData = DatasetDigest.ComputeForValidation(validation),
            Engine = $"{options.Device?.ToString() ?? "cpu"}, {options.Precision}",
            SpaceVersion = SearchSpace.Version,
        };
        _state = Agree(IsFirst ? TuningFolder.Open(start, created, options.Folder) : created);
        _clock = new(options.Clock, TimeSpan.FromSeconds(_state.Seconds));
    }

    // Rank 0 writes the files of the search; all processes write into the folders of their runs.
    private bool IsFirst => _options.Group.Rank == 0;

    /// <summary>Searches until all planned runs are finished or the budget ends, and writes best.json, tuning.json and report.html.</summary>
    /// <param name="progress">Receives the progress, on the calling thread.</param>
    /// <param name="cancellationToken">Stops after the current step and writes a checkpoint.</param>
    /// <returns>The results so far.</returns>
    /// <exception cref="DistributedException">The connection to a process failed.</exception>
    /// <exception cref="DatasetException">The data cannot be trained on, or a result in the folder is corrupt.</exception>
    /// <exception cref="WeightsException">The initial weights are corrupt or do not match the architecture.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The search was canceled; the same call resumes it.</exception>
    public TuningResult Run(IProgress<TuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        _clock.Start();
        // Also while this process waits for the others, so that a kill loses little of the time.
        using var saving = IsFirst ? _options.Clock.CreateTimer(_ => TrySaveState(), null, SaveEvery, SaveEvery) : null;
        FindFinishedRuns();
        var isComplete = RunTrials(progress, cancellationToken);
        SaveState();
        var result = new TuningResult(_dimensions, _rungs, _state.Trials, [.. _trials.Values.Where(trial => trial.Last is not null)], _clock.Elapsed, isComplete);
        if (IsFirst)
            TuningFolder.Write(_options, result);
        return result;
    }

    /// <summary>
    /// Reads the runs that earlier sessions have finished, of all rungs: the best trial of a rung that this session repeats or extends need not be the best of the search.
    /// </summary>
    private void FindFinishedRuns()
    {
        foreach (var number in Enumerable.Range(0, _state.Trials))
            _trials.TryAdd(number, CreateTrial(number));
        foreach (var epochs in _rungs)
        {
            var runs = _trials.Keys.ToDictionary(number => number, number => PlanRun(number, epochs));
            Share(runs, epochs, runs.Values.Select(_trainer.Find));
        }
    }

    /// <summary>Trains the planned runs. Returns false if the budget ended before.</summary>
    private bool RunTrials(IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        if (!TryTrainFirst(progress, cancellationToken))
            return false;
        var plan = Plan();
        IEnumerable<int> trials = Enumerable.Range(0, plan.Trials);
        foreach (var (step, next) in plan.Steps.Zip(plan.Steps.Skip(1).Append((Epochs: 0, Trials: 0))))
        {
            int[] atRung = [.. trials];
            if (!TryTrain(atRung, step.Epochs, plan, progress, cancellationToken))
                return false;
            // The best is first: if the budget ends within the next rung, the most promising trials have been trained.
            trials = atRung.Where(trial => _trials[trial].At(step.Epochs)!.Failure is null)
                .OrderByDescending(trial => _trials[trial].At(step.Epochs)!.Metrics.AP).Take(next.Trials);
        }

        return true;
    }

    /// <summary>
    /// Trains the first trial, whose duration the plan depends on, and if it diverges further ones, up to the smallest number of trials of a plan: a run that diverges
    /// at once tells nothing of how long others take. Returns false if the budget ended before.
    /// </summary>
    private bool TryTrainFirst(IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        var most = Math.Clamp(_options.Trials ?? HalvingPlan.Reduction, 1, HalvingPlan.Reduction);
        for (var number = 0; number < most; number++)
        {
            if (!TryTrain([number], _rungs[0], null, progress, cancellationToken))
                return false;
            if (_trials[number].At(_rungs[0])!.Failure is null)
                break;
        }

        return true;
    }

    /// <summary>Plans the trials by the duration of the runs of <see cref="TryTrainFirst"/>. A longer budget than before adds trials; none is taken away.</summary>
    private HalvingPlan Plan()
    {
        RunResult[] first = [.. _trials.Values.Select(trial => trial.At(_rungs[0])).OfType<RunResult>()];
        // By steps, because a run that diverged or stopped early has not trained all of its epochs.
        var epochs = Math.Max(1.0, first.Sum(result => result.Steps)) / _stepsPerEpoch;
        // The first run may have been finished by a session that was killed before it saved the time.
        var secondsPerEpoch = _state.SecondsPerEpoch ?? Math.Max(_clock.Elapsed.TotalSeconds, first.Sum(result => result.Seconds)) / epochs;
        var trials = _options.Trials ?? HalvingPlan.Within(_rungs, _options.Budget.TotalSeconds / secondsPerEpoch, _options.Group.Size).Trials;
        SaveState(Agree(_state with { SecondsPerEpoch = secondsPerEpoch, Trials = Math.Max(trials, _state.Trials) }));
        return HalvingPlan.Create(_rungs, _state.Trials);
    }

    /// <summary>
    /// Trains trials for a number of epochs, but those whose run is finished. The processes share the runs, and know all results afterwards. Returns false if the budget
    /// ended before.
    /// </summary>
    private bool TryTrain(int[] trials, int epochs, HalvingPlan? plan, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        var group = _options.Group;
        foreach (var number in trials)
            _trials.TryAdd(number, CreateTrial(number));
        var runs = trials.ToDictionary(number => number, number => PlanRun(number, epochs));
        Share(runs, epochs, runs.Values.Select(_trainer.Find));
        // All trials are counted off, not only the unfinished ones, so that a process resumes its own runs, whose checkpoints are on its disk.
        int[] own = [.. trials.Where((_, index) => index % group.Size == group.Rank).Where(number => _trials[number].At(epochs) is null)];
        var isInTime = true;
        RunExchange.Train(group, _options.Folder, runs.Values.Select(run => run.Folder),
            () => isInTime = own.All(number => TryTrain(number, runs[number], plan, progress, cancellationToken)), cancellationToken);
        Share(runs, epochs, own.Select(number => _trials[number].At(epochs)));
        TuningFolder.KeepBest(_options.Folder, _trials.Values, writesSettings: IsFirst);
        return !group.Any(!isInTime);
    }

    /// <summary>Adds results of runs that a process knows in all processes.</summary>
    private void Share(Dictionary<int, PlannedRun> runs, int epochs, IEnumerable<RunResult?> known)
    {
        var all = RunExchange.Share(_options.Group, [.. known.OfType<RunResult>()]).ToDictionary(result => result.Folder);
        foreach (var (number, run) in runs)
            if (all.TryGetValue(run.Folder, out var result))
                Add(number, epochs, result);
        _epochsNotShared = 0;
    }

    /// <summary>Trains a run. Returns false if the budget ended before.</summary>
    private bool TryTrain(int number, PlannedRun run, HalvingPlan? plan, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_clock.Elapsed >= _options.Budget)
            return false;
        var epochs = run.Settings.Training.Epochs;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var result = _trainer.Train(run, new ActionProgress<TrainingProgress>(training =>
            {
                if (_clock.Elapsed >= _options.Budget)
                    end.Cancel();
                Report(training, null);
            }), end.Token);
            Add(number, epochs, result);
            _epochsNotShared += epochs;
            SaveState();
            TuningFolder.KeepBest(_options.Folder, _trials.Values, writesSettings: IsFirst);
            Report(null, result);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            SaveState();
        }

        void Report(TrainingProgress? training, RunResult? finished) => progress?.Report(new(
            _trials.Values.Sum(one => one.Runs.Count), plan?.Steps.Sum(step => step.Trials), number, epochs, _clock.Elapsed, Remaining(plan, epochs, training), training, finished));
    }

    private void Add(int number, int epochs, RunResult result)
    {
        var trial = _trials[number];
        if (trial.At(epochs) is null)
            _trials[number] = trial with { Runs = [.. trial.Runs, (epochs, result)] };
    }

    private PlannedRun PlanRun(int number, int epochs)
    {
        var settings = _trials[number].Settings;
        return _trainer.Plan(settings with { Training = settings.Training with { Epochs = epochs } }, isValidated: false);
    }

    private Trial CreateTrial(int number)
    {
        double[] values = [.. _dimensions.Select(dimension => dimension.Draw(_start.Training.Seed, number))];
        return new(number, values, _dimensions.Zip(values).Aggregate(_start, (settings, one) => one.First.Apply(settings, one.Second)), []);
    }

    private TimeSpan Remaining(HalvingPlan? plan, int epochs, TrainingProgress? training)
    {
        var budget = _options.Budget - _clock.Elapsed;
        if (budget < TimeSpan.Zero)
            budget = TimeSpan.Zero;
        if (plan is null)
            return budget;
        // The first run is trained alone. Within a rung, the results of the other processes are not known.
        var shared = _trials.Values.Sum(trial => trial.Runs.Sum(run => run.Epochs)) - _epochsNotShared - _rungs[0];
        var done = _rungs[0] + (shared / (double)_options.Group.Size) + _epochsNotShared + (training is TrainingStep step ? epochs * (double)step.Step / step.TotalSteps : 0);
        var planned = Math.Max(0, plan.GetEpochs(_options.Group.Size) - done) * _state.SecondsPerEpoch!.Value;
        return planned < budget.TotalSeconds ? TimeSpan.FromSeconds(planned) : budget;
    }

    /// <summary>Saves the state with the time so far.</summary>
    /// <param name="changed">The new state; null: only the time has changed.</param>
    private void SaveState(TuningState? changed = null)
    {
        lock (_saving)
        {
            _state = (changed ?? _state) with { Seconds = _clock.Elapsed.TotalSeconds };
            if (IsFirst)
                _state.Write(_options.Folder);
        }
    }

    private void TrySaveState()
    {
        try
        {
            SaveState();
        }
        catch (IOException)
        {
            // An exception of a timer would end the process. If the folder still cannot be written to, the search itself says so.
        }
    }

    /// <summary>Returns the state of rank 0 in all processes.</summary>
    private TuningState Agree(TuningState own)
    {
        var context = TuningJsonContext.Default.TuningState;
        return JsonSerializer.Deserialize(_options.Group.BroadcastText(JsonSerializer.Serialize(own, context)), context)!;
    }
}
