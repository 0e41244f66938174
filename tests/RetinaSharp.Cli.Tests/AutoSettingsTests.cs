using System.Text.Json;

namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class AutoSettingsTests(TrainedModel trained) : IClassFixture<TrainedModel>
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
        var batch = Training(run, "batch");
        var resumed = CommandResult.Retina(Command(run, epochs: 2)).IsDone();

        // 12 images: one image per shard.
        Assert.Equal(2, batch);
        Assert.Contains(Measures, first.Error);
        Assert.Contains("batch 2: a step needs about", first.Error);
        Assert.Contains("for 2", first.Error);
        Assert.Contains("extended from 1 to 2 epochs", resumed.Error);
        Assert.DoesNotContain(Measures, resumed.Error);
        Assert.Equal(batch, Training(run, "batch"));
    }

    [Fact]
    public void Train_EpochsAuto_IsANumberInTheRunAndIsKeptByResume()
    {
        using var folder = new TemporaryFolder();
        var run = folder.At("run");
        string[] command =
        [
            "train", "--train", trained.Data, "--val", trained.Data, "--out", run, "--preset", "tiny", "--size", "64x64", "--batch", "4", "--epochs", "auto", "--precision", "fp32",
            "--lr", "1e-9", "--early-stop", "1", "--resume",
        ];

        CommandResult.Retina(command).IsDone();
        var resumed = CommandResult.Retina(command).IsDone();

        // 12 images are 3 steps.
        Assert.Equal(1000, Training(run, "epochs"));
        Assert.Contains("by early stopping", resumed.Error);
    }

    [Theory]
    [InlineData("--batch", "Auto")]
    [InlineData("--batch", "0")]
    [InlineData("--epochs", "Auto")]
    [InlineData("--epochs", "0")]
    public void Train_NeitherNumberNorAuto_ExitsWith2(params string[] options) =>
        CommandResult.Retina(["train", "--train", trained.Data, "--out", "none", .. options]).IsRefused(ExitCode.WrongUsage, options[0][3..], options[1]);

    [Theory]
    [InlineData("tune", "--train", "a", "--val", "b", "--budget", "1")]
    [InlineData("ablate", "gamma", "--data", "a", "--val", "b")]
    public void OtherVerb_Auto_ExitsWith2(params string[] command)
    {
        foreach (var option in (string[])["--batch", "--epochs"])
            CommandResult.Retina([.. command, "--out", "none", option, "auto"]).IsRefused(ExitCode.WrongUsage, $"{option}: 'auto' is not an integer");
    }

    private static int Training(string run, string name)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json")));
        return config.RootElement.GetProperty("training").GetProperty(name).GetInt32();
    }
}
