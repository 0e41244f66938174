using System.Diagnostics;

namespace RetinaSharp.Tests;

[Trait("Category", "Integration")]
public sealed class SamplesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TrainAndDetect_SmallSet_SayWhatTheyDo()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 8);

        var train = RunSample("Train", data, data, _folder.At("run"), "2").IsDone();
        Assert.Contains("8 images to learn from, 8 to measure on: red, blue", train.Out);
        Assert.Contains("epoch 1 of 2: loss ", train.Out);
        Assert.Contains("2 epochs in ", train.Out);
        Assert.Matches(@"AP \d\.\d{3}, AP50 \d\.\d{3}, AR100 \d\.\d{3}", train.Out);

        // Hardly trained, it gives every anchor about the prior.
        var (first, second) = (_folder.At("data", "00.png"), _folder.At("data", "01.png"));
        var detect = RunSample("Detect", _folder.At("run"), ".001", first, second).IsDone();
        Assert.Matches($"{first}: 64 x 64 pixels, [1-9]\\d* objects\n  \\d+ % (red|blue) at Box", detect.Out);
        Assert.Contains($"{second}: 64 x 64 pixels", detect.Out);
    }

    [Fact]
    public void CustomBackbone_SmallSet_TrainsAndDetects()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 8);

        var ran = RunSample("CustomBackbone", data, data, _folder.At("run"), "1").IsDone();
        Assert.Matches(@"1 epochs, best AP \d\.\d{3}", ran.Out);
    }

    [Fact]
    public void CustomLoss_SmallSet_TrainsAndCallsBack()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 8);

        var ran = RunSample("CustomLoss", data, data, _folder.At("run"), "2").IsDone();
        Assert.Matches(@"epoch 1: AP \d\.\d{3}\nepoch 2: AP \d\.\d{3}\n2 epochs, best AP", ran.Out);
    }

    [Fact]
    public void Imbalanced_FewExamples_PrintsACurveForEachLoss()
    {
        var ran = RunSample("Imbalanced", "20000", "20").IsDone();

        Assert.Matches(@"^\d+ positives, 199\d\d negatives to learn from\n", ran.Out);
        Assert.Equal(5, System.Text.RegularExpressions.Regex.Count(ran.Out, @"\n(cross entropy|alpha [\d.]+, (by counts|searched)|focal, gamma [12]) +0\.\d{3} "));
    }

    [Fact]
    public async Task MinimalApi_Model_IsServedUnderThePrefix()
    {
        const string announcement = "Now listening on: ";
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "MinimalApi.dll"), Path.Combine(Repository.Root, "models", "scenes.safetensors"), "--urls", "http://127.0.0.1:0"])
        { RedirectStandardOutput = true })!;
        try
        {
            string? line;
            do
                line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the sample ended before it listened");
            while (!line.Contains(announcement, StringComparison.Ordinal));
            using var client = new HttpClient { BaseAddress = new(line[(line.IndexOf(announcement, StringComparison.Ordinal) + announcement.Length)..]) };

            Assert.Contains("\"name\":\"model\"", await client.GetStringAsync("/detector/v1/models"));
            Assert.Contains("<title>RetinaSharp", await client.GetStringAsync("/detector"));
            Assert.Contains("/detector/", await client.GetStringAsync("/"));
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("Imbalanced")]
    [InlineData("Train")]
    [InlineData("Detect")]
    [InlineData("MinimalApi")]
    [InlineData("CustomBackbone")]
    [InlineData("CustomLoss")]
    public void Sample_WithoutArguments_SaysHowItIsUsed(string name)
    {
        var ran = RunSample(name);

        Assert.Equal(2, ran.Code);
        Assert.StartsWith($"usage: {name} ", ran.Error);
    }

    /// <summary>Runs a sample, which lies beside the tests.</summary>
    private static CommandResult RunSample(string name, params string[] arguments) =>
        CommandResult.Program("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. arguments]);
}
