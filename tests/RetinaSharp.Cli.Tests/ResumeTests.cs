using System.Text.Json;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class ResumeTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    private const int Kills = 3;

    // Longer than a run takes from its first checkpoint to its end.
    private const int LatestKill = 1200;

    [Fact]
    public void Train_KilledAndResumed_EqualsTheUninterruptedRunBitForBit()
    {
        using var folder = new TemporaryFolder();
        string[] Command(string run) =>
            ["train", "--train", trained.Data, "--val", trained.Data, "--out", folder.At(run), "--preset", "tiny", "--size", "64x64", "--epochs", "6", "--batch", "4",
                "--precision", "fp32", "--resume", "--checkpoint-every", "0"];
        CommandResult.Retina(Command("whole")).IsDone();
        var random = new Random(7);

        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = CommandResult.Start(Command("run"));
            // Before its first checkpoint, a process mostly loads assemblies.
            while (!File.Exists(folder.At("run", "last.state")) && !process.WaitForExit(5))
            {
            }

            process.WaitForExit(random.Next(LatestKill / Kills));
            process.Kill();
            process.WaitForExit();
        }

        var last = CommandResult.Retina(Command("run")).IsDone();

        Assert.Contains("goes on after step", last.Error);
        Assert.DoesNotContain("warning", last.Error);
        foreach (var name in new[] { "last.safetensors", "best.safetensors", "config.json" })
            Assert.Equal(File.ReadAllBytes(folder.At("whole", name)), File.ReadAllBytes(folder.At("run", name)));
        Assert.Equal(Enumerable.Range(1, 6), File.ReadLines(folder.At("run", "metrics.jsonl")).Select(EpochOf));
    }

    [Fact]
    public void Train_ResumedAtTheEndOfAnEpoch_PrintsRealNumbersFromTheFirstEpochOn()
    {
        using var folder = new TemporaryFolder();
        string[] command =
        [
            "train", "--train", trained.Data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64x64", "--epochs", "6", "--batch", "4",
            "--precision", "fp32", "--resume", "--checkpoint-every", "0",
        ];
        using var source = new CancellationTokenSource();
        using var stderr = new CancellingWriter("epoch 2/6 done", source);
        Assert.Equal(ExitCode.Cancelled, RetinaCommand.Run(command, TextWriter.Null, Consoles.Over(stderr), source.Token));

        var epochs = CommandResult.Retina(command).IsDone().Error.Split('\n').Where(line => line.Contains(" done  ")).ToList();

        Assert.StartsWith("epoch 3/6 done", epochs[0]);
        Assert.All(epochs, line => Assert.Matches(@"  lr [1-9]\.\de-\d  (\d*[1-9]\d*\.\d|0\.[1-9]) images/s  \d", line));
    }

    [Fact]
    public void Train_ResumeOfAFinishedRun_ExitsWith0()
    {
        var before = File.ReadAllBytes(Path.Combine(trained.Run, "last.safetensors"));

        // Without the options of the first call: the settings are in the run folder.
        var ran = CommandResult.Retina("train", "--train", trained.Data, "--val", trained.Data, "--out", trained.Run, "--resume", "--json").IsDone();

        Assert.Contains("finished", ran.Error);
        Assert.Equal(6, ran.Json.GetProperty("steps").GetInt32());
        Assert.Equal(trained.Training.Json.GetProperty("metrics").GetRawText(), ran.Json.GetProperty("metrics").GetRawText());
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(trained.Run, "last.safetensors")));
        // The detections of the best epoch are not saved: its model is evaluated again.
        Assert.Contains("12 validation images again", ran.Error);
        Assert.Contains("<h2>Worst false negatives</h2>", File.ReadAllText(Path.Combine(trained.Run, "report.html")));
    }

    [Theory]
    [InlineData("--epochs", "--epochs", "1")]
    [InlineData("--width", "--batch", "4", "--width", ".5")]
    [InlineData("--preset", "--preset", "small")]
    [InlineData("--large-scale-jitter", "--large-scale-jitter")]
    [InlineData("--mosaic 0.5", "--mosaic", "0.5")]
    public void Train_ResumeWithAnotherSetting_ExitsWith2AndNamesTheOption(string named, params string[] options) =>
        CommandResult.Retina(["train", "--train", trained.Data, "--val", trained.Data, "--out", trained.Run, "--resume", .. options]).IsRefused(ExitCode.WrongUsage, named, "--weights");

    [Fact]
    public void Train_ResumeWithMoreEpochs_ExtendsTheRun()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["train", "--train", trained.Data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64x64", "--batch", "4"];
        CommandResult.Retina([.. command, "--epochs", "1"]).IsDone();

        var ran = CommandResult.Retina([.. command, "--epochs", "2", "--resume", "--json"]).IsDone();

        Assert.Equal(2, ran.Json.GetProperty("epochs").GetInt32());
        Assert.Contains("extended from 1 to 2 epochs", ran.Error);
    }

    [Theory]
    [InlineData("extended twice", ExitCode.Done, "extended from 2 to 3 epochs")]
    [InlineData("run folder was moved", ExitCode.Done, "extended from 1 to 3 epochs")]
    [InlineData("data were moved", ExitCode.Done, "extended from 1 to 3 epochs")]
    [InlineData("checkpoint was deleted", ExitCode.Done, "goes on after step 0")]
    [InlineData("checkpoint is truncated", ExitCode.Done, "the file is kept as last.state.refused|goes on after step 0")]
    [InlineData("settings were edited", ExitCode.BadData, "config.json")]
    [InlineData("weights were deleted", ExitCode.Done, "extended from 1 to 3 epochs")]
    [InlineData("metrics were deleted", ExitCode.Done, "extended from 1 to 3 epochs")]
    public void Train_ResumeOfAChangedRun_GoesOnOrNamesTheFile(string change, int exitCode, string words)
    {
        using var folder = new TemporaryFolder();
        var (run, data) = (folder.At("run"), ColoredRectangles.Write(folder.At("data"), images: 4));
        Assert.Equal(ExitCode.Done, Train("1").Code);
        switch (change)
        {
            case "extended twice":
                Assert.Equal(ExitCode.Done, Train("2").Code);
                break;
            case "run folder was moved":
                Directory.Move(run, run = folder.At("moved"));
                break;
            case "data were moved":
                Directory.Move(folder.At("data"), folder.At("elsewhere"));
                data = folder.At("elsewhere", "boxes.json");
                break;
            case "checkpoint was deleted":
                File.Delete(Path.Combine(run, "last.state"));
                break;
            case "checkpoint is truncated":
                File.WriteAllBytes(Path.Combine(run, "last.state"), File.ReadAllBytes(Path.Combine(run, "last.state"))[..100]);
                break;
            case "settings were edited":
                File.WriteAllText(Path.Combine(run, "config.json"), "{");
                break;
            case "weights were deleted":
                File.Delete(Path.Combine(run, "last.safetensors"));
                break;
            case "metrics were deleted":
                File.Delete(Path.Combine(run, "metrics.jsonl"));
                break;
        }

        var ran = Train("3");

        Assert.True(exitCode == ran.Code, $"exit code {ran.Code}\n{ran.Error}");
        Assert.All(words.Split('|'), word => Assert.Contains(word, ran.Error));
        Assert.DoesNotContain("a fault of the program", ran.Error);

        CommandResult Train(string epochs) =>
            CommandResult.Retina("train", "--train", data, "--out", run, "--preset", "tiny", "--size", "64x64", "--batch", "4", "--epochs", epochs, "--resume");
    }

    [Fact]
    public void Train_SkipBadImagesAndResume_SkipsTheSameImagesAndEqualsTheUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        var data = ColoredRectangles.Write(folder.At("data"), images: 6);
        // Damage of the pixels only: header and end are intact.
        var bytes = File.ReadAllBytes(folder.At("data", "02.png"));
        bytes[bytes.Length / 2] ^= 0xFF;
        File.WriteAllBytes(folder.At("data", "02.png"), bytes);
        string[] Command(string run, params string[] options) =>
            ["train", "--train", data, "--out", folder.At(run), "--preset", "tiny", "--size", "64x64", "--batch", "2", "--epochs", "3", "--precision", "fp32", "--checkpoint-every", "0", "--resume", .. options];
        CommandResult.Retina(Command("fails")).IsRefused(ExitCode.BadData, "02.png");
        var whole = CommandResult.Retina(Command("whole", "--skip-bad-images")).IsDone();
        Assert.Contains("1 images were skipped", whole.Error);
        Assert.Contains("02.png", File.ReadAllText(folder.At("whole", "report.html")));
        using var source = new CancellationTokenSource();
        using var stderr = new CancellingWriter("epoch 1/3 done", source);
        Assert.Equal(ExitCode.Cancelled, RetinaCommand.Run(Command("run", "--skip-bad-images"), TextWriter.Null, Consoles.Over(stderr), source.Token));

        var last = CommandResult.Retina(Command("run", "--skip-bad-images")).IsDone();

        Assert.Contains("1 images were skipped", last.Error);
        Assert.Equal(File.ReadAllBytes(folder.At("whole", "last.safetensors")), File.ReadAllBytes(folder.At("run", "last.safetensors")));
    }

    [Fact]
    public void Train_ResumeWithOtherData_ExitsWith3()
    {
        using var folder = new TemporaryFolder();
        var other = ColoredRectangles.Write(folder.Root, images: 4);

        CommandResult.Retina("train", "--train", other, "--val", trained.Data, "--out", trained.Run, "--resume").IsRefused(ExitCode.BadData, "last.state", "data");
    }

    [Fact]
    public void Train_Cancelled_NamesTheOptionToResume()
    {
        using var folder = new TemporaryFolder();

        var ran = CommandResult.Retina(new CancellationToken(canceled: true), "train", "--train", trained.Data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64");

        Assert.Equal(ExitCode.Cancelled, ran.Code);
        Assert.Contains("--resume", ran.Error);
        Assert.True(File.Exists(folder.At("run", "last.state")));
    }

    [Fact]
    public void Train_WeightsWithoutPreset_UsesTheirArchitecture()
    {
        using var folder = new TemporaryFolder();

        var ran = CommandResult.Retina("train", "--train", trained.Data, "--out", folder.At("run"), "--weights", trained.Run, "--epochs", "1", "--batch", "4").IsDone();

        Assert.Contains($"with the architecture of {trained.Run}", ran.Error);
        Assert.Matches(@"weights of .*best\.safetensors: (\d+) of \1 taken", ran.Error);
        Assert.DoesNotContain("random weights", ran.Error);
        using var config = JsonDocument.Parse(File.ReadAllBytes(folder.At("run", "config.json")));
        Assert.Equal(.25, config.RootElement.GetProperty("model").GetProperty("width").GetDouble());
        Assert.Equal(64, config.RootElement.GetProperty("input").GetProperty("long").GetInt32());
    }

    [Fact]
    public void Train_WeightsOfAnotherArchitecture_ExitsWith3AndNamesTheOptions()
    {
        using var folder = new TemporaryFolder();

        CommandResult.Retina("train", "--train", trained.Data, "--out", folder.At("run"), "--weights", trained.Run, "--preset", "small", "--size", "64")
            .IsRefused(ExitCode.BadData, "best.safetensors", "--backbone");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("1e300")]
    public void Train_BadCheckpointEvery_ExitsWith2(string value) =>
        CommandResult.Retina("train", "--train", "a", "--out", "b", "--checkpoint-every", value).IsRefused(ExitCode.WrongUsage, "--checkpoint-every");

    /// <summary>Cancels when a text is written.</summary>
    private sealed class CancellingWriter(string text, CancellationTokenSource source) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                source.Cancel();
        }
    }

    private static int EpochOf(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("epoch").GetInt32();
    }
}
