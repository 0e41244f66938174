using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Slow")]
public sealed class BenchNetworkTests
{
    [Theory]
    [InlineData("train", "train step 32px batch 2 fp32", new[] { "data", "forward", "loss", "backward", "optimizer" })]
    [InlineData("detect", "detect 32px batch 2 fp32", new[] { "data", "forward", "postprocess" })]
    public void Bench_SmallImages_TimesTheNetworkBesideAConvolution(string verb, string name, string[] phases)
    {
        var ran = CommandResult.Retina("bench", verb, "--size", "32", "--batch", "2", "--runs", "2", "--precision", "fp32", "--json");

        var json = ran.IsDone().Json;
        var seconds = json.GetProperty("seconds").GetProperty(name).GetDouble();
        Assert.True(seconds > 0);
        Assert.True(json.GetProperty("peak_bytes").GetInt64() > 0);
        Assert.True(json.GetProperty("convolution_share").GetProperty(name).GetDouble() is > 0 and < 2);
        var parts = json.GetProperty("phases").GetProperty(name).EnumerateObject().ToList();
        Assert.Equal(phases, parts.Select(part => part.Name));
        // The median of two runs is their mean. The reference convolution belongs to no phase.
        Assert.InRange(parts.Sum(part => part.Value.GetDouble()), .5 * seconds, seconds);
    }

    [Theory]
    [InlineData("scenes.safetensors")]
    [InlineData("scenes.onnx")]
    public void Bench_Model_TimesItsDetection(string name)
    {
        using var folder = new TemporaryFolder();
        var model = Path.Combine(Repository.Root, "models", "scenes.safetensors");
        if (name.EndsWith(".onnx", StringComparison.Ordinal))
        {
            CommandResult.Retina("export", "onnx", model, "--out", folder.At(name), "--no-check").IsDone();
            model = folder.At(name);
        }

        var json = CommandResult.Retina("bench", "detect", model, "--size", "64", "--batch", "2", "--runs", "2", "--json").IsDone().Json;

        Assert.True(json.GetProperty("seconds").GetProperty($"detect {name} 64px batch 2").GetDouble() > 0);
        CommandResult.Retina("bench", "detect", model, "--profile").IsRefused(ExitCode.WrongUsage, "--profile");
    }

    [SharedDataTheory]
    [InlineData("train step {a.size}px batch {a.batch} {name}")]
    [InlineData("detect {a.size}px batch {a.batch} {name}")]
    [InlineData("bf16 autocast channels-last")]
    public void Timings_Names_AreThoseOfTheScript(string name) =>
        Assert.Contains(name, File.ReadAllText(SharedData.At("peers", "torchvision_bench.py")));

    [Theory]
    [InlineData("--size", "33")]
    [InlineData("--batch", "0")]
    [InlineData("--runs", "0")]
    [InlineData("--device", "cuda:x")]
    public void Bench_BadValue_ExitsWith2(string option, string value) =>
        Assert.Equal(ExitCode.WrongUsage, CommandResult.Retina("bench", "detect", option, value).Code);

    [Fact]
    public void Report_WithPhases_HasShareAndMilliseconds()
    {
        using var table = new StringWriter();

        NetworkTimingReport.Show(new(table, Consoles.Over(TextWriter.Null)), [new("step", .5, .6, 1.2, .5, new Dictionary<string, double> { ["forward"] = .2 })], withPhases: true);

        Assert.Matches(@"(?m)^step +500\.0 +0\.60 +1\.20 +50 % *$", table.ToString());
        Assert.Matches(@"(?m)^ +forward +200\.0 *$", table.ToString());
    }
}
