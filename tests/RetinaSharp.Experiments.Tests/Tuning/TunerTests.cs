using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Distributed;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Runs;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Experiments.Tuning;

namespace RetinaSharp.Experiments.Tests.Tuning;

[Trait("Category", "Slow")]
public sealed class TunerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DetectionDataset _train;
    private readonly DetectionDataset _val;

    public TunerTests()
    {
        var (train, val) = SceneSet.Write(_folder.At("scenes"), new() { Train = 4, Val = 2, Size = 128 });
        (_train, _val) = (train.Set, val.Set);
    }

    private static RunSettings Start { get; } = Presets.Tiny with
    {
        Input = new(64, 64),
        Training = Presets.Tiny.Training with { Epochs = 3, Batch = 2, Seed = 5 },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_WithTimeForAllTrials_TrainsTheBestThirdForAllEpochs()
    {
        var log = new Log();

        var result = Tune(log);

        Assert.True(result.IsComplete);
        Assert.Equal(["0 1", "1 1", "2 1", "3 1"], log.Finished.Take(4));
        var best = Assert.Single(result.Trials, trial => trial.Epochs == 3);
        Assert.Equal([$"{best.Number} 3"], log.Finished.Skip(4));
        Assert.Equal(result.Trials.Max(trial => trial.At(1)!.Metrics.AP), best.At(1)!.Metrics.AP);
        Assert.Equal(best, result.Best);
        Assert.Equal(5, log.Total);
        // best.json has all settings of the best trial, with the full number of epochs.
        Assert.Equal(SettingsJson.Write(best.Settings), SettingsJson.Write(SettingsJson.Read(_folder.At("search", "best.json"), new())));
        Assert.Equal(3, best.Settings.Training.Epochs);
        Assert.Equal(best.Number, Json().GetProperty("best").GetProperty("trial").GetInt32());
        Assert.True(File.Exists(_folder.At("search", "report.html")));
        // Weights are kept of the best trial only.
        Assert.Equal([Path.GetFullPath(_folder.At("search", best.Last!.Folder, "last.safetensors"))],
            Directory.GetFiles(_folder.At("search"), "*.safetensors", SearchOption.AllDirectories).Select(Path.GetFullPath));

        var again = new Log();
        var repeated = Tune(again);
        Assert.Empty(again.Finished);
        Assert.Equal(result.Trials.Select(trial => trial.Last), repeated.Trials.Select(trial => trial.Last));
    }

    [Fact]
    public void Run_KnownResults_PromotesTheBestThirdOfEachRung()
    {
        var start = Start with { Training = Start.Training with { Epochs = 9 } };
        var options = new TuningOptions { Folder = _folder.At("search"), Budget = TimeSpan.FromMinutes(1), Trials = 9, MinSteps = 1, Precision = Precision.Fp32 };
        double[] afterOne = [.10, .20, .05, .30, .25, .15, .28, .01, .02];
        // Trial 3 is the best after one epoch, but not after three. Trial 8 would be the best of all, but is not promoted.
        double[] afterThree = [.9, .9, .9, .4, .6, .9, .5, .9, .9];
        for (var trial = 0; trial < 9; trial++)
        {
            Know(start, trial, 1, afterOne[trial]);
            Know(start, trial, 3, afterThree[trial]);
            Know(start, trial, 9, .7);
        }

        var log = new Log();
        var result = new Tuner(start, _train, _val, options).Run(log);

        Assert.Empty(log.Finished);
        Assert.Equal([1, 1, 1, 3, 9, 1, 3, 1, 1], result.Trials.Select(trial => trial.Epochs));
        Assert.Equal(4, result.Best!.Number);
        Assert.Equal(9, result.Planned);
    }

    [Fact]
    public void Run_ResumedAndInterrupted_KeepsTheBestOfAllRungs()
    {
        var start = Start with { Training = Start.Training with { Epochs = 9 } };
        for (var trial = 0; trial < 9; trial++)
            Know(start, trial, 1, trial == 3 ? .3 : .1 + (.01 * trial));
        // Of the trials that are promoted (3, 8 and 7), the last has not been trained for three epochs.
        Know(start, 3, 3, .4);
        Know(start, 8, 3, .6);

        Interrupt(trials: 9);
        Interrupt(trials: 9);
        Assert.Equal(SettingsJson.Write(SettingsOf(start, 8)), BestSettings());

        // More trials repeat the first rung.
        Interrupt(trials: 10);
        Assert.Equal(SettingsJson.Write(SettingsOf(start, 8)), BestSettings());

        void Interrupt(int trials)
        {
            using var interruption = new CancellationTokenSource();
            var options = new TuningOptions { Folder = _folder.At("search"), Budget = TimeSpan.FromMinutes(1000), Trials = trials, MinSteps = 1, Precision = Precision.Fp32 };
            Assert.Throws<OperationCanceledException>(() => new Tuner(start, _train, _val, options).Run(new Log(progress =>
            {
                if (progress.Training is not null)
                    interruption.Cancel();
            }), interruption.Token));
        }

        string BestSettings() => SettingsJson.Write(SettingsJson.Read(_folder.At("search", "best.json"), new()));
    }

    [Fact]
    public void Run_DivergedTrial_IsNotPromoted()
    {
        // Far beyond any learning rate that works, so that every trial diverges.
        var diverging = Start with { Training = Start.Training with { LearningRate = 1e30, WarmUp = 0, Clip = 0, Optimizer = OptimizerKind.Sgd } };

        var result = new Tuner(diverging, _train, _val, new() { Folder = _folder.At("search"), Budget = TimeSpan.FromMinutes(1000), Trials = 3, MinSteps = 1, Precision = Precision.Fp32 }).Run();

        Assert.True(result.IsComplete);
        Assert.Null(result.Best);
        Assert.All(result.Trials, trial => Assert.Equal(1, trial.Epochs));
        Assert.False(File.Exists(_folder.At("search", "best.json")));
        Assert.Contains("all runs diverged", File.ReadAllText(_folder.At("search", "report.html")));
    }

    [Fact]
    public void Run_Interrupted_ResumesWithoutRepeatingFinishedRuns()
    {
        using var interruption = new CancellationTokenSource();
        var first = new Log(progress =>
        {
            if (progress is { Done: 2, Training: TrainingStep })
                interruption.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => Tune(first, cancellationToken: interruption.Token));
        Assert.Equal(["0 1", "1 1"], first.Finished);
        Assert.True(File.Exists(_folder.At("search", "best.json")));

        var second = new Log();
        var result = Tune(second);

        Assert.Equal(["2 1", "3 1"], second.Finished.Take(2));
        Assert.Equal(3, second.Finished.Count);
        Assert.True(result.IsComplete);
        using var other = new TemporaryFolder();
        var uninterrupted = Tune(new Log(), folder: other.At("search"));
        // The same detections, bit for bit, also of the interrupted run.
        Assert.Equal(5, result.Trials.Sum(trial => trial.Runs.Count));
        Assert.Equal(Detections(other), Detections(_folder));
        Assert.Equal(uninterrupted.Best!.Number, result.Best!.Number);

        static IEnumerable<string> Detections(TemporaryFolder folder) =>
            Directory.GetFiles(folder.At("search"), "detections.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText);
    }

    [Fact]
    public void Run_TwoProcessesWithoutASharedDisk_FindTheResultOfOne()
    {
        var one = Tune(new Log(), folder: _folder.At("one"));
        var logs = new[] { new Log(), new Log() };

        var two = ThreadGroup.Run(2, group => Tune(logs[group.Rank], folder: _folder.At($"rank{group.Rank}"), group: group));

        // The first run tells how long a run takes; then the processes take turns.
        Assert.Equal(["0 1", "2 1"], logs[0].Finished.Take(2));
        Assert.Equal(["1 1", "3 1"], logs[1].Finished.Take(2));
        Assert.Equal(5, logs.Sum(log => log.Finished.Count));
        Assert.All(two, result => Assert.Equal(Metrics(one), Metrics(result)));
        Assert.All(two, result => Assert.True(result.IsComplete));
        Assert.Equal(File.ReadAllText(_folder.At("one", "best.json")), File.ReadAllText(_folder.At("rank0", "best.json")));
        Assert.False(File.Exists(_folder.At("rank1", "best.json")));
        // Rank 0 has the results and reports of all runs; weights are kept of the best trial, where it was trained.
        Assert.Equal(5, Directory.GetFiles(_folder.At("rank0"), "result.json", SearchOption.AllDirectories).Length);
        Assert.Single(logs.SelectMany((_, rank) => Directory.GetFiles(_folder.At($"rank{rank}"), "*.safetensors", SearchOption.AllDirectories)));

        // One process goes on with what the two have found.
        var more = new Log();
        Assert.Equal(Metrics(one), Metrics(Tune(more, folder: _folder.At("rank0"))));
        Assert.Empty(more.Finished);

        static List<(int, int, double)> Metrics(TuningResult result) =>
            [.. from trial in result.Trials from run in trial.Runs select (trial.Number, run.Epochs, run.Result.Metrics.AP)];
    }

    [Fact]
    public void Run_OneOfTwoProcessesIsCanceled_BothStopAndResume()
    {
        using var interruption = new CancellationTokenSource();
        var first = new Log(progress =>
        {
            if (progress is { Trial: 3, Training: TrainingStep })
                interruption.Cancel();
        });

        var canceled = ThreadGroup.Run(2, group => Record.Exception(() =>
            Tune(group.Rank == 1 ? first : new Log(), folder: _folder.At($"rank{group.Rank}"), group: group, cancellationToken: group.Rank == 1 ? interruption.Token : default)));

        Assert.All(canceled, error => Assert.IsType<OperationCanceledException>(error));
        var logs = new[] { new Log(), new Log() };
        Assert.All(ThreadGroup.Run(2, group => Tune(logs[group.Rank], folder: _folder.At($"rank{group.Rank}"), group: group)), result => Assert.True(result.IsComplete));
        // The run that was interrupted, in the process that has its checkpoint, and the last rung.
        Assert.Equal("3 1", logs[1].Finished[0]);
        Assert.Equal(2, logs.Sum(log => log.Finished.Count));
        // Rank 0 has the whole metrics of each run.
        Assert.All(Directory.GetFiles(_folder.At("rank1"), "metrics.jsonl", SearchOption.AllDirectories),
            path => Assert.Equal(File.ReadAllText(path), File.ReadAllText(_folder.At("rank0", Path.GetRelativePath(_folder.At("rank1"), path)))));
    }

    [Fact]
    public void Run_OneOfTwoProcessesHasOtherData_NamesIt()
    {
        var error = Assert.Throws<DistributedException>(() => ThreadGroup.Run(2, group => new Tuner(
            Start, group.Rank == 1 ? _train with { Images = [.. _train.Images.Skip(1)] } : _train, _val, new() { Folder = _folder.At($"rank{group.Rank}"), Budget = TimeSpan.FromMinutes(1), Group = group })));

        Assert.Equal("rank 1 on machine1 has other training data: images, boxes or classes differ, so copy the dataset again", error.Message);
    }

    [Fact]
    public void Run_OneOfTwoProcessesHasOtherSettings_NamesIt()
    {
        var error = Assert.Throws<DistributedException>(() => ThreadGroup.Run(2, group => new Tuner(
            Start with { Training = Start.Training with { Seed = group.Rank } }, _train, _val, new() { Folder = _folder.At($"rank{group.Rank}"), Budget = TimeSpan.FromMinutes(1), Group = group })));

        Assert.StartsWith("rank 1 on machine1 has other settings", error.Message);
    }

    [Fact]
    public void Run_BudgetEnds_ReportsTheBestSoFarAndALongerOneContinues()
    {
        var clock = new FakeClock();
        // Time passes with the runs that are finished: ten minutes each.
        var log = new Log(progress => clock.Minutes += progress.Finished is null ? 0 : 10);

        var result = Tune(log, budget: 15, clock: clock);

        Assert.False(result.IsComplete);
        Assert.Equal(["0 1", "1 1"], log.Finished);
        Assert.NotNull(result.Best);
        Assert.Equal(20, result.Spent.TotalMinutes);
        Assert.False(Json().GetProperty("complete").GetBoolean());

        // The time of both sessions counts.
        var none = new Log();
        Assert.False(Tune(none, budget: 20, clock: clock).IsComplete);
        Assert.Empty(none.Finished);

        var more = new Log(progress => clock.Minutes += progress.Finished is null ? 0 : 10);
        var continued = Tune(more, budget: 1000, clock: clock);
        Assert.True(continued.IsComplete);
        Assert.Equal(["2 1", "3 1"], more.Finished.Take(2));
        Assert.Equal(50, continued.Spent.TotalMinutes);
    }

    [Fact]
    public void Run_BudgetEndsWithinARun_KeepsItsCheckpoint()
    {
        var clock = new FakeClock();
        var log = new Log(progress => clock.Minutes += progress.Training is TrainingStep ? 10 : 0);

        var result = Tune(log, budget: 5, clock: clock);

        Assert.Empty(log.Finished);
        Assert.Null(result.Best);
        Assert.Single(Directory.GetFiles(_folder.At("search"), "last.state", SearchOption.AllDirectories));
        Assert.Contains("0 1", Continue());

        List<string> Continue()
        {
            var next = new Log();
            Tune(next, budget: 1000, clock: clock);
            return next.Finished;
        }
    }

    [Fact]
    public void Run_TrialsByTheBudget_FollowTheDurationOfTheFirstRun()
    {
        var clock = new FakeClock();
        var log = new Log(progress => clock.Minutes += progress is { Training: TrainingStep { Step: 1 } } ? progress.Epochs : 0);

        // An epoch takes a minute: 4 · 1 + 1 · 3 epochs fit into seven minutes, and a step more.
        var result = Tune(log, budget: 7.5, clock: clock, trials: null);

        Assert.Equal(4, result.Planned);
        Assert.True(result.IsComplete);
        Assert.Equal(7, result.Spent.TotalMinutes);
    }

    [Fact]
    public void Run_FirstRunDivergesOrStopsEarly_IsTimedByItsSteps()
    {
        // Trial 0 diverges after half of an epoch, trial 1 takes a minute and a half for a whole one: the time of an epoch is a minute.
        Know(Start, 0, 1, 0, steps: 1, seconds: 0, failure: "gradient non-finite at step 1");
        Know(Start, 1, 1, .3, steps: 2, seconds: 90);
        Know(Start, 2, 1, .2);
        Know(Start, 3, 1, .1);
        Know(Start, 1, 3, .4);

        var result = Tune(new Log(), budget: 7.5, clock: new FakeClock(), trials: null);

        Assert.Equal(4, result.Planned);
        Assert.True(result.IsComplete);
    }

    [Fact]
    public void Run_StepsOfAnEpoch_AreThoseOfTraining()
    {
        // 4 images are 2 steps; the first rung needs 8.
        var start = Start with { Training = Start.Training with { Epochs = 18 } };
        var empty = _train with { Images = [.. _train.Images.Select(image => image with { Annotations = [] })] };
        var distinct = _train with { Images = [.. _train.Images.Select((image, i) => image with { Annotations = [new() { Id = i, Category = i, Box = new(10, 10, 20, 20), Area = 400 }] })] };

        Assert.Equal([6, 18], Rungs(start, empty));
        // Each image without objects is used as a whole and as one slice.
        Assert.Equal([2, 6, 18], Rungs(start with { Tile = 64 }, empty));
        // Each image is the only one of its class, and used twice.
        Assert.Equal([2, 6, 18], Rungs(start with { Training = start.Training with { RepeatFactor = 1 } }, distinct));

        IReadOnlyList<int> Rungs(RunSettings settings, DetectionDataset train)
        {
            using var folder = new TemporaryFolder();
            var options = new TuningOptions { Folder = folder.Root, Budget = TimeSpan.FromMinutes(1), MinSteps = 8 };
            _ = new Tuner(settings, train, _val, options);
            // The budget is spent: nothing is trained.
            var state = TuningState.Find(folder.Root)! with { Seconds = 60 };
            state.Write(folder.Root);
            return new Tuner(settings, train, _val, options).Run().Rungs;
        }
    }

    [Fact]
    public void Run_ProcessThatWaitsForAnother_SavesTheTime()
    {
        // Only trial 3 is not known, which rank 1 trains.
        for (var trial = 0; trial < 3; trial++)
            Know(Start, trial, 1, .9, folder: "rank0");
        Know(Start, 0, 3, .9, folder: "rank0");
        FakeClock[] clocks = [new(), new()];
        TuningState? saved = null;
        var log = new Log(progress =>
        {
            if (progress is not { Trial: 3, Training: TrainingStep })
                return;
            clocks[0].Minutes = 7;
            clocks[0].Fire();
            saved = TuningState.Find(_folder.At("rank0"));
        });

        ThreadGroup.Run(2, group => Tune(group.Rank == 1 ? log : new Log(), clock: clocks[group.Rank], folder: _folder.At($"rank{group.Rank}"), group: group));

        Assert.Equal(7 * 60, saved!.Seconds);
        Assert.Equal(4, saved!.Trials);
    }

    [Fact]
    public void Tuner_OtherSearchInTheFolder_IsRefusedWithTheDifference()
    {
        Create(Start, _train, _val);

        Assert.Contains("training.seed is 5, not 6", Refused(Start with { Training = Start.Training with { Seed = 6 } }, _train, _val));
        Assert.Contains("model.width is 0.25, not 0.5", Refused(Start with { Model = Start.Model with { Width = .5 } }, _train, _val));
        Assert.Contains("training data", Refused(Start, _train with { Images = [.. _train.Images.Skip(1)] }, _val));
        Assert.Contains("validation data", Refused(Start, _train, _val with { Images = [.. _val.Images.Skip(1)] }));
        Create(Start, _train, _val);

        string Refused(RunSettings start, DetectionDataset train, DetectionDataset val) => Assert.Throws<ArgumentException>(() => Create(start, train, val)).Message;
    }

    [Fact]
    public void Tuner_CorruptState_NamesTheFile()
    {
        Create(Start, _train, _val);
        var path = _folder.At("search", "state.json");
        File.WriteAllText(path, "{");

        Assert.Contains(path, Assert.Throws<DatasetException>(() => Create(Start, _train, _val)).Message);
    }

    private Tuner Create(RunSettings start, DetectionDataset train, DetectionDataset val) =>
        new(start, train, val, new() { Folder = _folder.At("search"), Budget = TimeSpan.FromMinutes(1) });

    private TuningResult Tune(Log log, double budget = 1000, TimeProvider? clock = null, int? trials = 4, string? folder = null, IProcessGroup? group = null, CancellationToken cancellationToken = default) =>
        new Tuner(Start, _train, _val, new()
        {
            Folder = folder ?? _folder.At("search"),
            Budget = TimeSpan.FromMinutes(budget),
            Trials = trials,
            MinSteps = 1,
            Precision = Precision.Fp32,
            Clock = clock ?? TimeProvider.System,
            Group = group ?? SingleProcess.Instance,
        }).Run(log, cancellationToken);

    private static RunSettings SettingsOf(RunSettings start, int trial) =>
        SearchSpace.Create(start).Aggregate(start, (one, dimension) => dimension.Apply(one, dimension.Draw(start.Training.Seed, trial)));

    /// <summary>Writes the result of a run of a search, so that it is not trained.</summary>
    private void Know(
        RunSettings start, int trial, int epochs, double ap, long steps = 1, double seconds = 1, string? failure = null, string folder = "search")
    {
        var settings = SettingsOf(start, trial);
        var runs = new RunTrainer(_train, _val, new TuningOptions { Folder = _folder.At(folder), Budget = TimeSpan.FromMinutes(1), Precision = Precision.Fp32 }, "trials");
        var run = runs.Plan(settings with { Training = settings.Training with { Epochs = epochs } }, isValidated: false);
        Directory.CreateDirectory(_folder.At(folder, run.Folder));
        new RunResult { Folder = run.Folder, Seed = start.Training.Seed, Metrics = new CocoSummary { AP = ap }, Failure = failure, Steps = steps, Seconds = seconds }.Write(_folder.At(folder, run.Folder));
    }

    private JsonElement Json()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(_folder.At("search", "tuning.json")));
        return document.RootElement.Clone();
    }

    /// <summary>A clock that the test moves, and whose timers it fires.</summary>
    private sealed class FakeClock : TimeProvider
    {
        private readonly List<Action> _timers = [];

        public double Minutes { get; set; }

        public void Fire() => _timers.ForEach(timer => timer());

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(() => callback(state));
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => TimeSpan.FromMinutes(Minutes).Ticks;
    }

    private sealed class Log(Action<TuningProgress>? also = null) : IProgress<TuningProgress>
    {
        public List<string> Finished { get; } = [];

        public int? Total { get; private set; }

        public void Report(TuningProgress value)
        {
            Total = value.Total;
            if (value.Finished is not null)
                Finished.Add($"{value.Trial} {value.Epochs}");
            also?.Invoke(value);
        }
    }
}
