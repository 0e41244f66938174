using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Runs;
using RetinaSharp.Experiments.Tuning;

namespace RetinaSharp.Experiments.Tests.Tuning;

public sealed class TuningFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void KeepBest_SeveralTrials_DeletesAllWeightsOfTheOthers()
    {
        // With early stopping, a run folder also has the weights of the best epoch.
        foreach (var run in new[] { "a", "b", "c" })
            foreach (var name in new[] { "last.safetensors", "best.safetensors", "metrics.jsonl" })
                _folder.Write($"{run}/{name}", "");

        // That of trial 2 is on the machine of another process.
        TuningFolder.KeepBest(_folder.Root,
        [
            new(0, [], Presets.Tiny, [(1, Run("a", .2))]),
            new(1, [], Presets.Tiny, [(1, Run("b", .3)), (3, Run("c", .3))]),
            new(2, [], Presets.Tiny, [(1, Run("elsewhere", .1))]),
        ], writesSettings: false);

        Assert.Equal(["best.safetensors", "last.safetensors", "metrics.jsonl"], Directory.GetFiles(_folder.At("c")).Select(Path.GetFileName).Order());
        Assert.Equal(["metrics.jsonl"], Directory.GetFiles(_folder.At("a")).Select(Path.GetFileName));
        Assert.Equal(["metrics.jsonl"], Directory.GetFiles(_folder.At("b")).Select(Path.GetFileName));
    }

    [Fact]
    public void Open_SearchOfAnEarlierVersion_IsContinuedUnlessItHasOtherTrials()
    {
        const string earlier = """{"trainingData": "a", "validationData": "b", "engine": "cpu, Fp32", "seconds": 60, "trials": 9}""";
        var state = new TuningState { TrainingData = "a", ValidationData = "b", Engine = "cpu, Fp32", SpaceVersion = SearchSpace.Version };
        var hue = Presets.Small with { Augmentation = Presets.Small.Augmentation with { Hue = .1 } };
        var unusedAlpha = Presets.Small with { Loss = Presets.Small.Loss with { Classification = ClassificationLossKind.QualityFocal, Alpha = .25 } };

        Assert.Equal((60.0, 9, 0), Continue(Presets.Small, "small"));
        Assert.Contains("earlier version", Assert.Throws<ArgumentException>(() => Continue(hue, "hue")).Message);
        Assert.Contains("earlier version", Assert.Throws<ArgumentException>(() => Continue(unusedAlpha, "alpha")).Message);
        // A search of this version is continued.
        TuningFolder.Open(hue, state, _folder.At("new"));
        Assert.Equal(state, TuningFolder.Open(hue, state, _folder.At("new")));

        (double Seconds, int Trials, int SpaceVersion) Continue(RunSettings start, string name)
        {
            TuningFolder.Open(start, state, _folder.At(name));
            _folder.Write($"{name}/state.json", earlier);
            var found = TuningFolder.Open(start, state, _folder.At(name));
            return (found.Seconds, found.Trials, found.SpaceVersion);
        }
    }

    private static RunResult Run(string folder, double ap) => new() { Folder = folder, Seed = 0, Metrics = new CocoSummary { AP = ap }, Steps = 1, Seconds = 1 };
}
