using System.Text.Json;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

public sealed class BenchLossTests
{
    // The name that the reference script prints for the same work.
    private const string Reference = "sigmoid_focal_loss 120000x80 forward+backward fp32";

    [Fact]
    public void Run_FewRows_TimesEveryLossOnce()
    {
        var benchmark = new LossBenchmark(rows: 200);

        var timings = benchmark.Run(new(runs: 2, TimeSpan.Zero)).ToList();

        Assert.Contains(Reference.Replace($"{LossBenchmark.Rows}", "200"), timings.Select(timing => timing.Name));
        Assert.Equal(benchmark.CopyName, timings[0].Name);
        Assert.All(timings, timing => Assert.True(timing.Seconds > 0 && timing.AllocatedBytes >= 0));
        Assert.Equal(2 * 4 * 200 * 80, timings[0].Bytes);
    }

    [SharedDataFact]
    public void Reference_Name_IsThatOfTheScript() =>
        Assert.Contains(Reference, File.ReadAllText(SharedData.At("peers", "torchvision_bench.py")));

    [Fact]
    public void Report_Timings_HasSecondsAndBytesByName()
    {
        Timing[] timings = [new("memory copy", .002, 8_000_000, 0), new("loss", .004, 8_000_000, 24)];
        using StringWriter json = new(), table = new();

        new Output(json, Consoles.Over(TextWriter.Null)).Json(writer => TimingReport.Write(writer, timings, runs: 3));
        TimingReport.Show(new(table, Consoles.Over(TextWriter.Null)), timings, "memory copy");

        using var document = JsonDocument.Parse(json.ToString());
        Assert.Equal(.004, document.RootElement.GetProperty("seconds").GetProperty("loss").GetDouble());
        Assert.Equal(24, document.RootElement.GetProperty("allocated_bytes").GetProperty("loss").GetInt64());
        Assert.Equal(3, document.RootElement.GetProperty("runs").GetInt32());
        Assert.Matches(@"(?m)^loss +4\.00 +2\.0 +2\.00 x +24 B *$", table.ToString());
    }

    [Fact]
    public void Measure_FourRuns_RunsAWarmUpAndFourTimes()
    {
        var count = 0;

        new BenchmarkTimer(runs: 4, TimeSpan.Zero).Measure("", 0, () => count++);

        Assert.Equal(5, count);
    }

    [Theory]
    [InlineData("0", "--runs: 0 is out of range; it must be 1 or more")]
    [InlineData("x", "--runs: 'x'")]
    public void Bench_BadRuns_ExitsWith2(string runs, string words) => CommandResult.Retina("bench", "loss", "--runs", runs).IsRefused(ExitCode.WrongUsage, words);
}
