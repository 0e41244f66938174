using System.Text.Json;
using RetinaSharp.Cli.Benchmarks;

namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Slow")]
public sealed class BenchTests
{
    private static readonly Stopper Once = new(runs: 1, TimeSpan.Zero);

    private static readonly IBenchmark[] Small = [new LossBenchmark(200), new AssignmentBenchmark(300, 4), new ScoreBenchmark(3)];

    [SharedDataFact]
    public void Assignment_ItsFirstFigure_IsNamedAsTheScriptNamesIt()
    {
        var script = File.ReadAllText(SharedData.At("peers", "torchvision_bench.py"));

        var name = new AssignmentBenchmark(300, 4).Run(Once).First().Name;

        Assert.Contains($"\"{name.Replace("300", $"{AssignmentBenchmark.Anchors}").Replace("x 4", $"x {AssignmentBenchmark.Boxes}")}\"", script);
    }

    [Fact]
    public void Benchmarks_EachOfThem_GivesAsManyFiguresAsItSays()
    {
        foreach (var benchmark in Small)
        {
            var timings = benchmark.Run(Once).ToList();

            Assert.Equal(benchmark.Figures, timings.Count);
            Assert.Equal(timings.Count, timings.Select(timing => timing.Name).Distinct().Count());
            Assert.All(timings, timing => Assert.True(timing.Seconds > 0));
        }
    }

    [Fact]
    public void Benchmarks_Cancelled_EndBeforeTheNextFigure()
    {
        foreach (var benchmark in Small)
        {
            using var cancellationToken = new CancellationTokenSource();
            using var figures = benchmark.Run(new(runs: 1, TimeSpan.Zero, cancellationToken.Token)).GetEnumerator();
            if (benchmark.Figures > 1)
                Assert.True(figures.MoveNext());
            cancellationToken.Cancel();

            Assert.Throws<OperationCanceledException>(() => figures.MoveNext());
        }
    }

    [Fact]
    public void Bench_Json_IsSecondsByName()
    {
        var figures = Ran.Retina("bench", "assign", "--runs", "1", "--json").IsDone().Json.GetProperty("seconds");

        Assert.Equal(JsonValueKind.Number, figures.GetProperty("assign 120000 anchors x 100 boxes").ValueKind);
        Assert.Contains("assign grid", Ran.Retina("bench", "assign", "--runs", "1").IsDone().Out);
    }

    [Fact]
    public void BenchLoad_ASet_GivesImagesPerSecondOfEachLoader()
    {
        using var folder = new TemporaryFolder();
        var set = ColouredSet.Write(folder.Root, images: 9);

        var json = Ran.Retina("bench", "load", set, "--preset", "tiny", "--size", "64", "--runs", "1", "--json").IsDone().Json;

        string[] figures = ["load 8 images for training", "load 8 images for training, in memory", "load 9 images for evaluation"];
        Assert.Equal(figures, json.GetProperty("seconds").EnumerateObject().Select(figure => figure.Name));
        Assert.All(json.GetProperty("images_per_second").EnumerateObject(), figure => Assert.True(figure.Value.GetDouble() > 0));
        Assert.Contains("images/s", Ran.Retina("bench", "load", set, "--preset", "tiny", "--size", "64", "--runs", "1").IsDone().Out);
    }

    [Theory]
    [InlineData("assign")]
    [InlineData("score")]
    public void Bench_NoRuns_ExitsWith2(string verb) => Ran.Retina("bench", verb, "--runs", "0").IsRefused(ExitCode.WrongUsage, "--runs: 0 is below 1");
}
