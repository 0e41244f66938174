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

    private static RunResult Run(string folder, double ap) => new() { Folder = folder, Seed = 0, Metrics = new CocoSummary { AP = ap }, Steps = 1, Seconds = 1 };
}
