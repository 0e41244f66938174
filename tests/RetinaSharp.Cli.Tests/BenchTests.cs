using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Slow")]
public sealed class BenchTests
{
    private static readonly BenchmarkTimer Once = new(runs: 1, TimeSpan.Zero);

    private static readonly IBenchmark[] Small = [new LossBenchmark(200), new AssignmentBenchmark(300, 4), new ScoreBenchmark(3)];

    [SharedDataFact]
    public void Assignment_FirstTiming_HasTheNameOfTheScript()
    {
        var script = File.ReadAllText(SharedData.At("peers", "torchvision_bench.py"));

        var name = new AssignmentBenchmark(300, 4).Run(Once).First().Name;

        Assert.Contains($"\"{name.Replace("300", $"{AssignmentBenchmark.Anchors}").Replace("x 4", $"x {AssignmentBenchmark.Boxes}")}\"", script);
    }

    [Fact]
    public void AtssMatrix_Assigns_AsTheAssigner()
    {
        var grid = new AnchorGenerator(new()).Generate(128, 192);
        var random = new Random(1);
        var boxes = new Box[12];
        foreach (ref var box in boxes.AsSpan())
        {
            // No whole pixels: cells at equal distance would be ordered by the rounding of the anchors' corners.
            var (x, y) = (150 * random.NextSingle(), 90 * random.NextSingle());
            box = new(x, y, x + 5 + 70 * random.NextSingle(), y + 5 + 70 * random.NextSingle());
        }

        var expected = new AtssAssigner(new()).Assign(grid, boxes, new int[boxes.Length]);
        var matches = AtssMatrix.Assign(grid, boxes, new AssignerSettings().AtssCells);

        Assert.Equal(expected.Positives, Enumerable.Range(0, grid.Count).Where(anchor => matches[anchor] >= 0));
        Assert.Equal(expected.PositiveBoxes, matches.Where(match => match >= 0));
        Assert.NotEmpty(expected.Positives);
    }

    [Fact]
    public void Benchmarks_Run_YieldsAsManyTimingsAsItsCount()
    {
        foreach (var benchmark in Small)
        {
            var timings = benchmark.Run(Once).ToList();

            Assert.Equal(benchmark.Count, timings.Count);
            Assert.Equal(timings.Count, timings.Select(timing => timing.Name).Distinct().Count());
            Assert.All(timings, timing => Assert.True(timing.Seconds > 0));
        }
    }

    [Fact]
    public void Benchmarks_Cancelled_StopBeforeTheNextTiming()
    {
        foreach (var benchmark in Small)
        {
            using var source = new CancellationTokenSource();
            using var timings = benchmark.Run(new(runs: 1, TimeSpan.Zero, source.Token)).GetEnumerator();
            if (benchmark.Count > 1)
                Assert.True(timings.MoveNext());
            source.Cancel();

            Assert.Throws<OperationCanceledException>(() => timings.MoveNext());
        }
    }

    [Fact]
    public void Bench_Json_HasSecondsByName()
    {
        var seconds = CommandResult.Retina("bench", "assign", "--runs", "1", "--json").IsDone().Json.GetProperty("seconds");

        Assert.Equal(JsonValueKind.Number, seconds.GetProperty("assign 120000 anchors x 100 boxes").ValueKind);
        Assert.Contains("assign grid", CommandResult.Retina("bench", "assign", "--runs", "1").IsDone().Out);
    }

    [Fact]
    public void BenchLoad_Dataset_ReportsImagesPerSecondOfEachLoader()
    {
        using var folder = new TemporaryFolder();
        var data = ColoredRectangles.Write(folder.Root, images: 9);

        var json = CommandResult.Retina("bench", "load", data, "--preset", "tiny", "--size", "64", "--runs", "1", "--json").IsDone().Json;

        string[] names = ["load 8 images for training", "load 8 images for training, in memory", "load 9 images for evaluation"];
        Assert.Equal(names, json.GetProperty("seconds").EnumerateObject().Select(timing => timing.Name));
        Assert.All(json.GetProperty("images_per_second").EnumerateObject(), timing => Assert.True(timing.Value.GetDouble() > 0));
        Assert.Contains("images/s", CommandResult.Retina("bench", "load", data, "--preset", "tiny", "--size", "64", "--tile", "32", "--runs", "1").IsDone().Out);
    }

    [Theory]
    [InlineData("assign")]
    [InlineData("score")]
    public void Bench_ZeroRuns_ExitsWith2(string verb) => CommandResult.Retina("bench", verb, "--runs", "0").IsRefused(ExitCode.WrongUsage, "--runs: 0 is out of range; it must be 1 or more");
}
