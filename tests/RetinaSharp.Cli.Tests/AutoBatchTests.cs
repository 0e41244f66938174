using System.Text.Json;

namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class AutoBatchTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    private const string Measures = "Running a few training steps";

    private string[] Command(string run, int epochs) =>
        ["train", "--train", trained.Data, "--out", run, "--preset", "tiny", "--size", "64x64", "--epochs", $"{epochs}", "--batch", "auto", "--precision", "fp32", "--resume"];

    [Fact]
    public void Train_BatchAuto_IsANumberInTheRunAndIsKeptByResume()
    {
        using var folder = new TemporaryFolder();
        var run = folder.At("run");

        var first = CommandResult.Retina(Command(run, epochs: 1)).IsDone();
        var batch = BatchOf(run);
        var resumed = CommandResult.Retina(Command(run, epochs: 2)).IsDone();

        // 12 images: one image per shard.
        Assert.Equal(2, batch);
        Assert.Contains(Measures, first.Error);
        Assert.Contains("batch 2: a step needs about", first.Error);
        Assert.Contains("for 2", first.Error);
        Assert.Contains("extended from 1 to 2 epochs", resumed.Error);
        Assert.DoesNotContain(Measures, resumed.Error);
        Assert.Equal(batch, BatchOf(run));
    }

    [Theory]
    [InlineData("--batch", "Auto")]
    [InlineData("--batch", "0")]
    public void Train_BatchThatIsNoNumber_ExitsWith2(params string[] options) =>
        CommandResult.Retina(["train", "--train", trained.Data, "--out", "none", .. options]).IsRefused(ExitCode.WrongUsage, "atch", options[1]);

    [Theory]
    [InlineData("tune", "--train", "a", "--val", "b", "--budget", "1")]
    [InlineData("ablate", "gamma", "--data", "a", "--val", "b")]
    public void OtherVerb_BatchAuto_ExitsWith2(params string[] command) =>
        CommandResult.Retina([.. command, "--out", "none", "--batch", "auto"]).IsRefused(ExitCode.WrongUsage, "--batch: 'auto' is not an integer");

    private static int BatchOf(string run)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json")));
        return config.RootElement.GetProperty("training").GetProperty("batch").GetInt32();
    }
}
