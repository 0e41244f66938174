using System.Text.Json;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class DataPackTests(TrainedModel trained) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder.At("packed");

    [Fact]
    public void Pack_CocoFile_WritesShardsAndAnIndex()
    {
        var json = CommandResult.Retina("data", "pack", trained.Data, "--out", Target, "--json").IsDone().Json;

        Assert.Equal(["data-000000.tar", "data-annotations.json", "packed.json"], Directory.GetFileSystemEntries(Target).Select(Path.GetFileName).Order());
        Assert.Equal(Target, json.GetProperty("out").GetString());
        Assert.Equal(0, json.GetProperty("problems").GetArrayLength());
        var split = Assert.Single(json.GetProperty("splits").EnumerateArray());
        Assert.Equal(("null", Target, 12, 24, 1), (split.GetProperty("split").GetRawText(), split.GetProperty("data").GetString(), split.GetProperty("images").GetInt32(),
            split.GetProperty("boxes").GetInt32(), split.GetProperty("shards").GetInt32()));
        Assert.Equal(new FileInfo(Path.Combine(Target, "data-000000.tar")).Length, split.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public void Pack_DatasetWithSplits_PacksAllAndNamesTheNextCommand()
    {
        CommandResult.Retina("data", "split", trained.Data, "--out", _folder.At("split"), "--val", ".4").IsDone();

        var ran = CommandResult.Retina("data", "pack", _folder.At("split"), "--out", Target).IsDone();

        Assert.Contains($"Next: retina train --train '{Target}#train' --val '{Target}#val'", ran.Error);
        Assert.Matches(@"(?m)^train +\d+ +\d+ +1 +0\.\d +", ran.Out);
        CommandResult.Retina("data", "info", Target).IsRefused(ExitCode.BadData, "append #SPLIT", "train, val");
        CommandResult.Retina("data", "info", $"{Target}#val").IsDone();
    }

    [Fact]
    public void Pack_Seed_DeterminesTheOrder()
    {
        string Order(string name, params string[] options)
        {
            CommandResult.Retina(["data", "pack", trained.Data, "--out", _folder.At(name), .. options]).IsDone();
            return string.Join(' ', DetectionDataset.Open(_folder.At(name)).Images.Select(image => image.Id));
        }

        var first = Order("a");
        Assert.Equal(first, Order("b", "--seed", "0", "--shard-size", "1"));
        Assert.NotEqual(first, Order("c", "--seed", "1"));
    }

    [Fact]
    public void Pack_ImageThatCannotBeRead_ExitsWith3AndNamesFileAndRemedy()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 3);
        File.WriteAllText(_folder.At("data", "01.png"), "no image");

        CommandResult.Retina("data", "pack", data, "--out", Target).IsRefused(ExitCode.BadData, "01.png", "1 of 3 images", "retina data check DATA --fix --out PATH");
        Assert.False(Path.Exists(Target));

        // The remedy is one.
        CommandResult.Retina("data", "check", data, "--fix", "--out", _folder.At("fixed"));
        CommandResult.Retina("data", "pack", _folder.At("fixed"), "--out", Target).IsDone();
        Assert.Equal(2, DetectionDataset.Open(Target).Images.Count);
    }

    [Fact]
    public void Pack_WrongOptions_ExitWith2()
    {
        CommandResult.Retina("data", "pack", trained.Data, "--out", trained.Images).IsRefused(ExitCode.WrongUsage, "--out", "is not empty");
        CommandResult.Retina("data", "pack", trained.Data, "--out", Target, "--shard-size", "0").IsRefused(ExitCode.WrongUsage, "--shard-size", "1 or more");
        CommandResult.Retina("data", "pack", _folder.At("nothing"), "--out", Target).IsRefused(ExitCode.BadData, "nothing");
    }

    [Fact]
    public void OtherVerbs_PackedDataset_DoTheSameAsWithTheFiles()
    {
        CommandResult.Retina("data", "pack", trained.Data, "--out", Target).IsDone();

        Assert.Equal(CommandResult.Retina("data", "info", trained.Data).IsDone().Out, CommandResult.Retina("data", "info", Target).IsDone().Out);
        Assert.Equal(0, CommandResult.Retina("data", "check", Target, "--decode", "--json").Json.GetProperty("errors").GetInt32());
        CommandResult.Retina("data", "check", Target, "--decode", "--html", _folder.At("check.html"));
        CommandResult.Retina("data", "preview", Target, "--out", _folder.At("preview"), "--preset", "tiny", "--size", "64x64").IsDone();
        Assert.True(File.Exists(_folder.At("preview", "preview.html")));
        CommandResult.Retina("data", "convert", Target, "--to", "voc", "--out", _folder.At("voc")).IsDone();
        Assert.Equal(12, Directory.GetFiles(_folder.At("voc", "JPEGImages")).Length);
        CommandResult.Retina("data", "convert", Target, "--to", "coco", "--out", _folder.At("set.json")).IsRefused(ExitCode.WrongUsage, "tar shards", "--image-files copy");
        CommandResult.Retina("data", "merge", Target, trained.Data, "--out", _folder.At("merged")).IsDone();
        CommandResult.Retina("anchors", Target).IsDone();
        CommandResult.Retina("bench", "load", Target, "--size", "64x64", "--preset", "tiny").IsDone();

        var (files, shards) = (Evaluate(trained.Data), Evaluate(Target));
        Assert.Equal(files.GetProperty("metrics").GetRawText(), shards.GetProperty("metrics").GetRawText());
        Assert.Equal(Detections(_folder.At("eval-boxes.json")), Detections(_folder.At("eval-packed")));

        JsonElement Evaluate(string data) =>
            CommandResult.Retina("eval", trained.Run, data, "--precision", "fp32", "--out", _folder.At($"eval-{Path.GetFileName(data)}"), "--json").IsDone().Json;

        static string[] Detections(string folder)
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "detections.json")));
            return [.. document.RootElement.EnumerateArray().Select(one => one.GetRawText()).Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public void Train_OnShardsAndResumed_EqualsTheUninterruptedRunBitForBit()
    {
        CommandResult.Retina("data", "pack", trained.Data, "--out", Target).IsDone();
        string[] Command(string run) =>
        [
            "train", "--train", Target, "--val", Target, "--out", _folder.At(run), "--preset", "tiny", "--size", "64x64", "--epochs", "3", "--batch", "4",
            "--precision", "fp32", "--resume", "--checkpoint-every", "0",
        ];
        CommandResult.Retina(Command("whole")).IsDone();
        using var source = new CancellationTokenSource();
        using var stderr = new StoppingWriter("epoch 1/3 done", source);
        Assert.Equal(ExitCode.Cancelled, RetinaCommand.Run(Command("run"), TextWriter.Null, Consoles.Over(stderr), source.Token));

        Assert.Contains("goes on after step", CommandResult.Retina(Command("run")).IsDone().Error);

        foreach (var name in new[] { "last.safetensors", "best.safetensors", "config.json" })
            Assert.Equal(File.ReadAllBytes(_folder.At("whole", name)), File.ReadAllBytes(_folder.At("run", name)));
    }

    [Fact]
    public void Train_ShardThatIsMissing_ExitsWith3AndNamesIt()
    {
        CommandResult.Retina("data", "pack", trained.Data, "--out", Target).IsDone();
        File.Delete(Path.Combine(Target, "data-000000.tar"));

        CommandResult.Retina("train", "--train", Target, "--out", _folder.At("run")).IsRefused(ExitCode.BadData, "data-000000.tar", "12 of 12 images", "pack the dataset again");
        Assert.Equal(3, CommandResult.Retina("data", "check", Target).Code);
    }

    /// <summary>Cancels when a text is written.</summary>
    private sealed class StoppingWriter(string text, CancellationTokenSource source) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                source.Cancel();
        }
    }
}
