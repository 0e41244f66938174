using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Tests;

public sealed class DataGenerateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Generate_Dataset_MatchesItsSummary()
    {
        var set = _folder.At("set");

        var json = CommandResult.Retina("data", "generate", "--out", set, "--train", "4", "--val", "2", "--size", "160", "--seed", "3", "--json").IsDone().Json;

        Assert.Equal((1, 160, 3L), (json.GetProperty("recipe").GetInt32(), json.GetProperty("size").GetInt32(), json.GetProperty("seed").GetInt64()));
        Assert.Equal(set, json.GetProperty("out").GetString());
        Assert.Equal(["#train", "#val"], json.GetProperty("splits").EnumerateArray().Select(split => split.GetProperty("data").GetString()!.Replace(set, "")));
        Assert.Equal([4, 2], json.GetProperty("splits").EnumerateArray().Select(split => split.GetProperty("images").GetInt32()));
        foreach (var split in json.GetProperty("splits").EnumerateArray())
        {
            Assert.True(File.Exists(split.GetProperty("annotations").GetString()));
            Assert.True(split.GetProperty("clutter").GetInt32() > 0);
            Assert.InRange(split.GetProperty("hidden").GetInt32(), 0, split.GetProperty("objects").GetInt32());
            var info = CommandResult.Retina("data", "info", split.GetProperty("data").GetString()!, "--preset", "tiny", "--json").IsDone().Json;
            Assert.Equal(split.GetProperty("images").GetInt32(), info.GetProperty("images").GetInt32());
            Assert.Equal(split.GetProperty("objects").GetInt32(), info.GetProperty("boxes").GetInt32());
            Assert.Equal(160, info.GetProperty("image_sizes")[0].GetProperty("width").GetInt32());
            Assert.Equal(0, info.GetProperty("problems").GetInt32());
        }
    }

    [Fact]
    public void Generate_WithoutJson_PrintsATableAndTheNextCommand()
    {
        var ran = CommandResult.Retina("data", "generate", "--out", _folder.Root, "--train", "2", "--val", "1").IsDone();

        Assert.Matches(@"#train +2 +\d+ +\d+ +\d+", ran.Out);
        Assert.Contains("retina data info", ran.Error);
        Assert.Equal(2, DetectionDataset.Open($"{_folder.Root}#train").Images.Count);
        Assert.Equal(256, DetectionDataset.Open($"{_folder.Root}#val").Images[0].Width);
    }

    [Fact]
    public void Generate_FolderThatIsNotEmpty_ExitsWith2AndKeepsItsFiles()
    {
        _folder.Write("notes.txt", "");

        CommandResult.Retina("data", "generate", "--out", _folder.Root, "--train", "2", "--val", "1").IsRefused(ExitCode.WrongUsage, "--out", _folder.Root, "not empty");
        CommandResult.Retina("data", "generate", "--out", _folder.At("notes.txt"), "--train", "2", "--val", "1").IsRefused(ExitCode.WrongUsage, "--out", "is a file");

        Assert.Single(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Generate_Cancelled_ExitsWith130AndWritesNothing()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        CommandResult.Retina(source.Token, "data", "generate", "--out", _folder.At("set"), "--train", "2", "--val", "1").IsRefused(ExitCode.Cancelled, "Cancelled");

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }
}
