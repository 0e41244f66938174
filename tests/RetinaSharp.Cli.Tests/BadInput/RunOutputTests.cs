using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Tests.BadInput;

public sealed class RunOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_ConfigInTheRunFolder_ExitsWith2AndKeepsIt()
    {
        const string Text = """{"training": {"epochs": 3}}""";
        var config = _folder.Write("run/config.json", Text);

        CommandResult.Retina("train", "--train", "nothing", "--out", _folder.At("run"), "--config", config).IsRefused(ExitCode.WrongUsage, "--out", "would be overwritten");

        Assert.Equal(Text, File.ReadAllText(config));
    }

    [Theory]
    [InlineData("config.json", """{"name": "of another program"}""")]
    [InlineData("metrics.jsonl", "{}")]
    public void Train_FileOfAnotherProgram_ExitsWith2(string name, string text)
    {
        _folder.Write($"run/{name}", text);

        CommandResult.Retina("train", "--train", "nothing", "--out", _folder.At("run")).IsRefused(ExitCode.WrongUsage, "--out", $"has a {name} that is not of a run");
    }

    [Fact]
    public void Train_FolderOfARunWithoutAStep_IsUsedAndOtherFilesAreKept()
    {
        _folder.Write("run/config.json", SettingsJson.Write(new()));
        _folder.Write("run/metrics.jsonl", "");
        _folder.Write("run/best.safetensors.tmp", "half");
        _folder.Write("run/notes.tmp", "kept");

        var ran = CommandResult.Retina(new CancellationToken(canceled: true), "train", "--train", ColoredRectangles.Write(_folder.At("data"), images: 12), "--out", _folder.At("run"), "--preset", "tiny", "--size", "64");

        Assert.Equal(ExitCode.Cancelled, ran.Code);
        Assert.False(File.Exists(_folder.At("run", "best.safetensors.tmp")));
        Assert.Equal("kept", File.ReadAllText(_folder.At("run", "notes.tmp")));
    }
}
