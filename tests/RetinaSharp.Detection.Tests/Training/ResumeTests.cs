using System.Reflection;
using System.Text.Json.Nodes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Trainings that are interrupted and go on.</summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public sealed class ResumeTests : LeakCheck
{
    private static readonly RunSettings Settings = TinyRun.NarrowWith(training => training with { Epochs = 3 }) with
    {
        Augmentation = new() { Brightness = .2, MinScale = .8 },
    };

    // No setting is as without augmentation, see the test below.
    private static readonly AugmentationSettings EveryAugmentation = new AugmentationSettings
    {
        HorizontalFlip = .5,
        VerticalFlip = .5,
        Rotate90 = .5,
        Crop = .5,
        CropMinSide = .4,
        MinInputScale = .5,
        MaxInputScale = 1.5,
        Translate = .2,
        Brightness = .2,
        Contrast = .2,
        Saturation = .2,
        Hue = .1,
        Mosaic = .4,
        MosaicMinScale = .5,
        MosaicMaxScale = 1.2,
        Mixup = .4,
        MixupBeta = 2,
        CopyPaste = .5,
        CopyPasteMaxCover = .4,
        CompositionEnd = .75,
        Blur = .4,
        BlurMaxSigma = 1,
        JpegNoise = .4,
        JpegMinQuality = 40,
        MinVisible = .2,
    }.WithLargeScaleJitter();

    private readonly Rectangles _rectangles = new(8);

    private string Run => _rectangles.At("run");

    private string State => Path.Combine(Run, CheckpointFile.Last);

    public override void Dispose()
    {
        _rectangles.Dispose();
        base.Dispose();
    }

    public static TheoryData<RunSettings, Precision, bool> Kinds
    {
        get
        {
            (RunSettings, Precision)[] kinds =
            [
                (Settings with { Model = TinyRun.Settings.Model }, Precision.Fp32),
                (Settings with { Training = Settings.Training with { Optimizer = OptimizerKind.Sgd, Ema = 0, Schedule = ScheduleKind.Step } }, Precision.Fp32),
                (Settings with { Training = Settings.Training with { Batch = 2, Accumulate = 2, Freeze = 2 } }, Precision.Fp32),
                (Settings with { Model = Settings.Model with { Norm = NormKind.Group } }, Precision.Bf16),
                (Settings with { Loss = Settings.Loss with { Classification = ClassificationLossKind.CrossEntropy, Sampling = SamplingSettings.ForKind(SamplingKind.Ratio) } }, Precision.Fp32),
                (Settings with { Model = Settings.Model with { Norm = NormKind.Frozen } }, Precision.Fp32),
                (Compatibility.Apply(Settings with { Training = Settings.Training with { Batch = 2, Accumulate = 2 } }, "detectron2"), Precision.Fp32),
                (Settings with
                {
                    Model = Settings.Model.WithPoints() with { BoxHead = BoxHeadKind.Distribution, Centerness = true },
                    Assigner = new() { Kind = AssignerKind.SimOta },
                    Loss = Settings.Loss with { BoxWeighting = BoxWeightingKind.Score },
                    Training = Settings.Training with { Batch = 4, Shards = 2, Accumulate = 2 },
                }, Precision.Fp32),
                // TOOD: the qualities of the assigner divide both losses.
                (Settings with
                {
                    Assigner = new() { Kind = AssignerKind.TaskAligned },
                    Loss = Settings.Loss.WithClassification(ClassificationLossKind.QualityFocal) with { BoxWeighting = BoxWeightingKind.Quality },
                    Training = Settings.Training with { Batch = 4, Shards = 2 },
                }, Precision.Fp32),
                (Settings with { Loss = Settings.Loss.WithClassification(ClassificationLossKind.EqualizedFocal), Training = Settings.Training with { Batch = 4, Shards = 2 } }, Precision.Bf16),
                (Settings with { Loss = Settings.Loss.WithClassification(ClassificationLossKind.Seesaw), Training = Settings.Training with { Schedule = ScheduleKind.Plateau, PlateauPatience = 1 } }, Precision.Fp32),
            ];
            var data = new TheoryData<RunSettings, Precision, bool>();
            foreach (var (settings, precision) in kinds)
                foreach (var fused in new[] { true, false })
                    data.Add(settings, precision, fused);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Train_CrashedAgainAndAgain_EqualsTheUninterruptedToTheLastBit(RunSettings settings, Precision precision, bool fused)
    {
        using var kernels = new KernelSetting(fused);
        var whole = Train(_rectangles.At("whole"), settings, precision);

        var crashes = 0;
        TrainingResult? result = null;
        // Every session gets a little further: what is loaded ahead must not be all it does.
        for (var lookUps = 6; result is null; lookUps += 5)
        {
            try
            {
                var set = WatchedImages.In(_rectangles.Set, lookUps, () => throw new InvalidOperationException("crash"));
                result = Train(Run, settings, precision, set);
            }
            catch (InvalidOperationException crash) when (crash.Message == "crash")
            {
                crashes++;
            }
        }

        Assert.InRange(crashes, 2, 20);
        Assert.Equal((whole.Steps, whole.Epochs, whole.BestEpoch, whole.Best!.AP), (result.Steps, result.Epochs, result.BestEpoch, result.Best!.AP));
        AssertSameFiles();
    }

    [Fact]
    public void Train_SlicedAndCrashedAgainAndAgain_EqualsTheUninterruptedToTheLastBit() => CrashAgainAndAgain(Settings with { Tile = 48 }, stepsOfASession: 5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_EveryAugmentationAndCrashedAgainAndAgain_EqualsTheUninterruptedToTheLastBit(bool isClassBalanced) => CrashAgainAndAgain(
        Settings with
        {
            Augmentation = EveryAugmentation,
            // Either excludes the other.
            Training = Settings.Training with { Batch = 2, Accumulate = 2, Epochs = 4, ClassBalanced = isClassBalanced, RepeatFactor = isClassBalanced ? 0 : 1 },
        },
        stepsOfASession: 3);

    [Fact]
    public void EveryAugmentation_EachSetting_DiffersFromNoAugmentation() => Assert.Empty(
        typeof(AugmentationSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(setting => Equals(setting.GetValue(EveryAugmentation), setting.GetValue(AugmentationSettings.None)))
            .Select(setting => setting.Name));

    [Fact]
    public void Train_OtherSlices_ThrowsAndNamesThem()
    {
        Interrupt();

        Assert.Contains("tile is null, not 48", Assert.Throws<WeightsException>(() => Train(Run, Settings with { Tile = 48 })).Message);
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(7, false)]
    [InlineData(13, true)]
    [InlineData(13, false)]
    public void Train_CancelledAndResumed_EqualsTheUninterruptedToTheLastBit(int lookUps, bool fused)
    {
        using var kernels = new KernelSetting(fused);
        Train(_rectangles.At("whole"));
        using var source = new CancellationTokenSource();
        var options = TinyRun.Options(Run);
        var cancelled = new Trainer(Settings, WatchedImages.In(_rectangles.Set, lookUps, source.Cancel), _rectangles.Set, options).Train(null, source.Token);

        var result = Train(Run);

        Assert.True(cancelled.IsCanceled);
        Assert.False(result.IsCanceled);
        Assert.True(result.Duration > cancelled.Duration);
        AssertSameFiles();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_CancelledDuringValidation_ValidatesAndGoesOn(bool fused)
    {
        using var kernels = new KernelSetting(fused);
        Train(_rectangles.At("whole"));
        using var source = new CancellationTokenSource();
        var cancelled = new Trainer(Settings, _rectangles.Set, WatchedImages.In(_rectangles.Set, 3, source.Cancel), TinyRun.Options(Run)).Train(null, source.Token);

        Train(Run);

        Assert.Equal((true, 0, 2L), (cancelled.IsCanceled, cancelled.Epochs, cancelled.Steps));
        AssertSameFiles();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(700)]
    [InlineData(-5)]
    public void Train_LastStateCorrupt_WarnsAndGoesOnFromTheOneBefore(int place)
    {
        Train(_rectangles.At("whole"));
        Interrupt();
        var bytes = File.ReadAllBytes(State);
        bytes[place < 0 ? bytes.Length + place : place] ^= 4;
        File.WriteAllBytes(State, bytes);
        var reports = new TinyRun.Reports();

        Train(Run, reports: reports);

        Assert.Contains(State, Assert.Single(reports.Warnings));
        Assert.Equal(bytes, File.ReadAllBytes(State + ".refused"));
        AssertSameFiles();
    }

    [Fact]
    public void Train_LastStateOfAnotherTraining_WarnsAndGoesOnFromTheOneBefore()
    {
        Train(_rectangles.At("whole"));
        Train(_rectangles.At("other"), Settings with { Training = Settings.Training with { Seed = 5 } });
        Interrupt();
        File.Copy(_rectangles.At("other/last.state"), State, overwrite: true);
        var reports = new TinyRun.Reports();

        Train(Run, reports: reports);

        Assert.Contains("training.seed", Assert.Single(reports.Warnings));
        AssertSameFiles();
    }

    [Fact]
    public void Train_BetweenTheTwoRenames_GoesOnFromTheOneBefore()
    {
        Train(_rectangles.At("whole"));
        Interrupt();
        File.Delete(State);
        File.WriteAllText(State + ".tmp", "half a che");

        Train(Run);

        AssertSameFiles();
        Assert.False(File.Exists(State + ".tmp"));
    }

    [Fact]
    public void Train_BothStatesCorrupt_ThrowsAndLeavesTheFolderAlone()
    {
        Interrupt();
        File.WriteAllText(State, "no state");
        File.WriteAllBytes(State + ".previous", File.ReadAllBytes(State + ".previous")[..^1]);
        var before = Directory.GetFiles(Run).Order().ToArray();

        Assert.Equal(State, Assert.Throws<WeightsException>(() => Train(Run)).File);

        Assert.Equal(before, Directory.GetFiles(Run).Order());
    }

    [Fact]
    public void Train_CheckpointFromBeforeASettingExisted_TakesItsDefault()
    {
        Interrupt();
        foreach (var state in Directory.GetFiles(Run, "last.state*"))
            Rewrite(state, text => System.Text.RegularExpressions.Regex.Replace(text, "\"parts\":\\s*\\{[^}]*\\},", ""));

        Assert.Equal(3, Train(Run).Epochs);
    }

    [Fact]
    public void Train_OtherSettings_ThrowsAndNamesThem()
    {
        Interrupt();

        var error = Assert.Throws<WeightsException>(() => Train(Run, Settings with { Training = Settings.Training with { Epochs = 2 } }));

        Assert.Contains("training.epochs is 3, not 2", error.Message);
    }

    [Fact]
    public void Train_OtherData_Throws()
    {
        Interrupt();
        var fewer = new DetectionDataset { Source = "fewer", Categories = _rectangles.Set.Categories, Images = [.. _rectangles.Set.Images.Skip(1)] };
        var renamed = new DetectionDataset { Source = "renamed", Categories = [new(1, "red"), new(7, "green")], Images = _rectangles.Set.Images };

        Assert.Contains("training images", Refusal(fewer, _rectangles.Set));
        Assert.Contains("training images", Refusal(renamed, renamed));
        Assert.Contains("validation images", Refusal(_rectangles.Set, fewer));
        Assert.Contains("validation images", Refusal(_rectangles.Set, null));

        string Refusal(DetectionDataset train, DetectionDataset? validation) =>
            Assert.Throws<WeightsException>(() => new Trainer(Settings, train, validation, TinyRun.Options(Run) with { Resume = true }).Train()).Message;
    }

    [Fact]
    public void Train_OtherPrecision_Throws()
    {
        Interrupt();

        Assert.Contains("Fp32, not in Bf16", Assert.Throws<WeightsException>(() => Train(Run, precision: Precision.Bf16)).Message);
    }

    [Fact]
    public void Train_OtherThreads_SaysThatTheLastBitsMayDiffer()
    {
        Interrupt();
        var reports = new TinyRun.Reports();

        new Trainer(Settings, _rectangles.Set, _rectangles.Set, TinyRun.Options(Run, reports) with { Resume = true, Threads = 4, Precision = Precision.Auto }).Train(reports);

        Assert.Contains(reports.Messages, message => message.Contains("last bits"));
    }

    [Fact]
    public void Train_Finished_SaysSoAndChangesNothing()
    {
        var first = Train(Run);
        var before = Directory.GetFiles(Run).ToDictionary(name => name, File.ReadAllBytes);
        var reports = new TinyRun.Reports();

        var second = Train(Run, reports: reports);

        Assert.Empty(reports.All);
        Assert.Contains("finished", Assert.Single(reports.Messages));
        Assert.Equal((first.Steps, first.Epochs, first.BestEpoch), (second.Steps, second.Epochs, second.BestEpoch));
        Assert.Equal(first.Best!.ByName(), second.Best!.ByName());
        Assert.Equal(before, Directory.GetFiles(Run).ToDictionary(name => name, File.ReadAllBytes));
    }

    [Fact]
    public void Train_StoppedEarly_IsFinished()
    {
        var settings = TinyRun.NarrowWith(training => training with { Epochs = 9, EarlyStop = 2, LearningRate = 1e-12 });
        Train(Run, settings);
        var reports = new TinyRun.Reports();

        Assert.Equal(3, Train(Run, settings, reports: reports).Epochs);

        Assert.Empty(reports.All);
        Assert.Contains("finished", Assert.Single(reports.Messages));
    }

    [Fact]
    public void Train_NothingThere_StartsAndSaysSo()
    {
        var reports = new TinyRun.Reports();

        Assert.Equal(3, Train(Run, reports: reports).Epochs);

        Assert.Contains("from the beginning", reports.Messages.First());
    }

    [Fact]
    public void Train_ModelWithoutState_ThrowsAndKeepsIt()
    {
        Directory.CreateDirectory(Run);
        File.WriteAllText(Path.Combine(Run, ModelFile.Last), "a model");

        Assert.Contains("last.state", Assert.Throws<WeightsException>(() => Train(Run)).Message);

        Assert.Equal("a model", File.ReadAllText(Path.Combine(Run, ModelFile.Last)));
    }

    [Fact]
    public void Train_Afresh_ForgetsTheOldTraining()
    {
        Train(Run);
        using var source = new CancellationTokenSource();
        source.Cancel();

        new Trainer(Settings, _rectangles.Set, null, TinyRun.Options(Run)).Train(null, source.Token);

        Assert.Empty(File.ReadAllText(Path.Combine(Run, "metrics.jsonl")));
        Assert.False(File.Exists(Path.Combine(Run, ModelFile.Best)));
        Assert.Equal(0, ModelFile.Describe(Path.Combine(Run, ModelFile.Last)).Steps);
    }

    [Fact]
    public void Train_Diverges_KeepsTheLastState()
    {
        var settings = TinyRun.NarrowWith(training => training with { Epochs = 9, LearningRate = 1e6 });
        byte[]? saved = null;
        var set = WatchedImages.In(_rectangles.Set, 1, () => saved = File.ReadAllBytes(State));
        var options = TinyRun.Options(Run) with { CheckpointEvery = TimeSpan.FromDays(1) };

        Assert.Throws<TrainingDivergedException>(() => new Trainer(settings, set, null, options).Train());

        using var file = SafetensorsFile.Open(State);
        Assert.True(file.VerifyChecksum());
        Assert.All(file.Entries.Keys, name => Assert.All(file.ReadFp32(name), value => Assert.True(float.IsFinite(value))));
        Assert.NotNull(saved);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_Resumed_FreesEveryTensor(bool fused)
    {
        using var kernels = new KernelSetting(fused);
        Interrupt();
        var alive = TensorCount.Alive;

        Train(Run);

        Assert.Equal(alive, TensorCount.Alive);
    }

    private void CrashAgainAndAgain(RunSettings settings, int stepsOfASession)
    {
        var whole = Train(_rectangles.At("whole"), settings);

        var crashes = 0;
        TrainingResult? result = null;
        while (result is null)
        {
            try
            {
                result = new Trainer(settings, _rectangles.Set, _rectangles.Set, TinyRun.Options(Run) with
                {
                    Resume = true,
                    CheckpointEvery = TimeSpan.Zero,
                    Components = new() { Callbacks = [new CrashAfter(stepsOfASession)] },
                }).Train();
            }
            catch (InvalidOperationException crash) when (crash.Message == "crash")
            {
                crashes++;
            }
        }

        Assert.InRange(crashes, 2, 20);
        Assert.True(settings.Tile is null || whole.Steps > 3 * _rectangles.Set.Images.Count / settings.Training.Batch);
        Assert.Equal((whole.Steps, whole.Epochs, whole.BestEpoch, whole.Best!.AP), (result.Steps, result.Epochs, result.BestEpoch, result.Best!.AP));
        AssertSameFiles();
    }

    private TrainingResult Train(
        string folder, RunSettings? settings = null, Precision precision = Precision.Fp32, DetectionDataset? set = null, TinyRun.Reports? reports = null) =>
        new Trainer(settings ?? Settings, set ?? _rectangles.Set, _rectangles.Set, TinyRun.Options(folder, reports) with
        {
            Precision = precision,
            Resume = true,
            CheckpointEvery = TimeSpan.Zero,
        }).Train(reports);

    /// <summary>Changes the description in a checkpoint file.</summary>
    private static void Rewrite(string path, Func<string, string> change)
    {
        List<SafetensorsEntry> entries;
        Dictionary<string, string> metadata;
        using (var file = SafetensorsFile.Open(path))
        {
            entries = [.. file.Entries.Values.Select(tensor =>
            {
                var data = new byte[tensor.Length];
                file.Read(tensor.Name, data);
                return new SafetensorsEntry(tensor.Name, tensor.Type, [.. tensor.Shape], data);
            })];
            metadata = file.Metadata.Where(entry => entry.Key == "retinasharp.state").ToDictionary(entry => entry.Key, entry => change(entry.Value));
            Assert.NotEqual(file.Metadata[metadata.Single().Key], metadata.Single().Value);
        }

        SafetensorsWriter.Write(path, entries, metadata);
    }

    /// <summary>Leaves the run in its second epoch, with two states.</summary>
    private void Interrupt() => Assert.Throws<InvalidOperationException>(
        () => Train(Run, set: WatchedImages.In(_rectangles.Set, 13, () => throw new InvalidOperationException("crash"))));

    private void AssertSameFiles()
    {
        foreach (var name in new[] { ModelFile.Last, ModelFile.Best, "config.json" })
            Assert.Equal(File.ReadAllBytes(_rectangles.At($"whole/{name}")), File.ReadAllBytes(Path.Combine(Run, name)));
        Assert.Equal(Metrics(_rectangles.At("whole")), Metrics(Run));
        var (expected, actual) = (TinyRun.Weights(_rectangles.At("whole/last.state")), TinyRun.Weights(State));
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, values) in expected)
            Assert.Equal(values, actual[name]);
    }

    /// <summary>The lines without what depends on the clock.</summary>
    private static string[] Metrics(string folder) => [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(line =>
    {
        var node = JsonNode.Parse(line)!.AsObject();
        Assert.True(node.Remove("seconds") && node.Remove("phases"));
        return node.ToJsonString();
    })];

    /// <summary>Crashes after a number of steps of a session.</summary>
    private sealed class CrashAfter(int steps) : ITrainingCallback
    {
        private int _left = steps;

        public void OnStepEnd(StepResult step, TrainingControl control)
        {
            if (--_left == 0)
                throw new InvalidOperationException("crash");
        }
    }
}
