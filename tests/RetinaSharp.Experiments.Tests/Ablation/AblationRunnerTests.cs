using System.Text.Json;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Distributed;
using RetinaSharp.Experiments.Ablation;
using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Tests.Ablation;

[Trait("Category", "Slow")]
public sealed class AblationRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DetectionDataset _train;
    private readonly DetectionDataset _val;

    public AblationRunnerTests()
    {
        var (train, val) = SceneSet.Write(_folder.At("scenes"), new() { Train = 4, Val = 2, Size = 128 });
        (_train, _val) = (train.Set, val.Set);
    }

    private static RunSettings Start { get; } = Presets.Tiny with
    {
        Input = new(64, 64),
        Training = Presets.Tiny.Training with { Epochs = 1, Batch = 2, Seed = 5 },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_Interrupted_ResumesWithoutRepeatingFinishedRuns()
    {
        var table = Table();
        using var interruption = new CancellationTokenSource();
        var first = new Log(progress =>
        {
            if (progress is { Done: 2, Training: TrainingStep })
                interruption.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => Run(table, first, interruption.Token));
        // Finished runs are written at once, and neither repeated nor rewritten.
        Assert.Equal(2, Json().GetProperty("rows").EnumerateArray().Sum(row => row.GetProperty("trainings").GetArrayLength()));
        var written = Results().ToDictionary(path => path, File.GetLastWriteTimeUtc);
        Assert.Equal(2, written.Count);

        var second = new Log();
        var result = Run(table, second);

        Assert.Equal(["one 5", "two 5"], first.Finished);
        Assert.Equal(["one 6", "two 6"], second.Finished);
        Assert.All(written, entry => Assert.Equal(entry.Value, File.GetLastWriteTimeUtc(entry.Key)));
        Assert.All(result.Rows, row => Assert.Equal([5, 6], row.Runs.Select(run => run.Seed)));
        Assert.All(result.Rows, row => Assert.All(row.Runs, run => Assert.Equal(2, run.Steps)));
        Assert.Empty(Directory.GetFiles(_folder.At("tables"), "last.state*", SearchOption.AllDirectories));
        Assert.All(new[] { "md", "json", "html" }, extension => Assert.True(File.Exists(_folder.At("tables", $"some.{extension}"))));

        var third = new Log();
        var again = Run(table, third);
        Assert.Empty(third.Finished);
        Assert.Equal(result.Rows.SelectMany(row => row.Runs), again.Rows.SelectMany(row => row.Runs));
    }

    [Fact]
    public void Run_RowsOfTwoTablesWithTheSameSettings_AreTrainedOnce()
    {
        Run(Table(), new Log(), seeds: 1);
        var log = new Log();

        Run(new("other", "Other", "", null, [new("the same", Start), new("the same again", Start), new("new", Wider())]), log, seeds: 1);

        Assert.Equal(["new 5"], log.Finished);
        Assert.Equal(2, log.Total);

        static RunSettings Wider() => Start with { Model = Start.Model with { PyramidChannels = 56 } };
    }

    [Fact]
    public void Run_MoreProcessesThanBeforeWithoutASharedDisk_RepeatNoRun()
    {
        var one = Run(Table(), new Log(), seeds: 1, folder: "rank0");
        var logs = new[] { new Log(), new Log() };

        var two = ThreadGroup.Run(2, group => Run(Table(), logs[group.Rank], seeds: 1, folder: $"rank{group.Rank}", group: group));

        Assert.All(logs, log => Assert.Empty(log.Finished));
        Assert.All(two, result => Assert.Equal(one.Rows.SelectMany(row => row.Runs), result.Rows.SelectMany(row => row.Runs)));
    }

    [Fact]
    public void Run_DivergedRun_IsAResult()
    {
        var diverging = Start with { Training = Start.Training with { Epochs = 4, LearningRate = 1e30, WarmUp = 0, Clip = 0, Optimizer = OptimizerKind.Sgd } };

        var result = Run(new("some", "Some", "", null, [new("far", diverging), new("one", Start)]), new Log(), seeds: 1);

        var run = Assert.Single(result.Rows[0].Runs);
        Assert.Matches("non-finite at step [0-9]+", run.Failure);
        Assert.Equal(0, result.Rows[0].Mean(metrics => metrics.AP));
        Assert.Null(result.Rows[1].Runs[0].Failure);
        Assert.Contains("non-finite at step", File.ReadAllText(_folder.At("tables", "some.md")));
        // It is not tried again.
        var again = new Log();
        Run(new("some", "Some", "", null, [new("far", diverging)]), again, seeds: 1);
        Assert.Empty(again.Finished);
    }

    [Fact]
    public void Run_CorruptResult_NamesTheFile()
    {
        Run(Table(), new Log(), seeds: 1);
        var corrupt = Results()[0];
        File.WriteAllText(corrupt, "{\"run\": 1");

        var error = Assert.Throws<DatasetException>(() => Run(Table(), new Log(), seeds: 1));

        Assert.Contains(corrupt, error.Message);
    }

    [Fact]
    public void Run_Markdown_HasThePapersMetricsNextToOurs()
    {
        Run(new("some", "Some", "", new("the paper", "COCO"), [new("one | <b>", Start, new(.302))]), new Log(), seeds: 1);

        var lines = File.ReadAllLines(_folder.At("tables", "some.md"));

        Assert.Contains(lines, line => line.StartsWith("| row | AP | AP50 | AP75 | paper's AP |", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("| one \\| &lt;b> |", StringComparison.Ordinal) && line.Contains("| .302 |"));
        Assert.Contains("a command", lines);
        Assert.EndsWith("The paper: COCO.", lines[^1]);
    }

    private static AblationTable Table() => new("some", "Some", "", null, [new("one", Start, new(.302)), new("two", Start with { Loss = Start.Loss with { Gamma = 1 } })]);

    private AblationResult Run(
        AblationTable table, Log log, CancellationToken cancellationToken = default, int seeds = 2, string folder = "tables", IProcessGroup? group = null) => new AblationRunner(_train, _val, new()
        {
            Folder = _folder.At(folder),
            Group = group ?? SingleProcess.Instance,
            Seeds = seeds,
            Precision = Precision.Fp32,
            Command = "a command",
        }).Run(table, log, cancellationToken);

    private JsonElement Json()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(_folder.At("tables", "some.json")));
        return document.RootElement.Clone();
    }

    private string[] Results() => Directory.GetFiles(_folder.At("tables"), "result.json", SearchOption.AllDirectories);

    private sealed class Log(Action<AblationProgress>? also = null) : IProgress<AblationProgress>
    {
        public List<string> Finished { get; } = [];

        public int Total { get; private set; }

        public void Report(AblationProgress value)
        {
            Total = value.Total;
            if (value.Finished is not null)
                Finished.Add($"{value.Row.Label} {value.Seed}");
            also?.Invoke(value);
        }
    }
}
