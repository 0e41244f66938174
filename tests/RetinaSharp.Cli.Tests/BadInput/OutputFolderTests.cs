namespace RetinaSharp.Cli.Tests.BadInput;

[Collection(SharedModel.Name)]
public sealed class OutputFolderTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("file")]
    [InlineData("file/below/it")]
    public void Out_FileInTheWay_ExitsWith2(string path)
    {
        var file = _folder.Write("file", "kept");

        Refuses(_folder.At(path), ExitCode.WrongUsage, $"--out: {file} is a file");

        Assert.Equal("kept", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("/proc/retinasharp")]
    [InlineData("/sys/retinasharp")]
    public void Out_FolderThatCannotBeCreated_ExitsWith1(string path)
    {
        Refuses(path, ExitCode.Failed, $"--out: {path} cannot be written to");
        CommandResult.Retina("train", "--train", trained.Data, "--preset", "tiny", "--size", "64", "--out", path).IsRefused(ExitCode.Failed, $"{path}: the run folder cannot be made");
    }

    [Fact]
    public void Out_FolderInPlaceOfTheResultsFile_ExitsWith2()
    {
        Directory.CreateDirectory(_folder.At("out", "detections.json"));

        Refuses(_folder.At("out"), ExitCode.WrongUsage, "detections.json is a folder");
    }

    [Fact]
    public void Out_ResultsFileIsTheInput_ExitsWith2AndKeepsIt()
    {
        ColoredRectangles.Write(_folder.Root, images: 1);
        File.Move(_folder.At("boxes.json"), _folder.At("detections.json"));
        var before = File.ReadAllText(_folder.At("detections.json"));

        CommandResult.Retina("eval", trained.Run, _folder.At("detections.json"), "--out", _folder.Root).IsRefused(ExitCode.WrongUsage, "would be overwritten");

        Assert.Equal(before, File.ReadAllText(_folder.At("detections.json")));
    }

    [Fact]
    public void Out_FolderOfTheImages_KeepsThem()
    {
        ColoredRectangles.Write(_folder.Root, images: 1);
        var before = File.ReadAllBytes(_folder.At("00.png"));

        CommandResult.Retina("detect", trained.Run, _folder.At("00.png"), "--out", _folder.Root).IsDone();

        Assert.Equal(before, File.ReadAllBytes(_folder.At("00.png")));
        Assert.Equal(["00-2.png", "00.png", "boxes.json", "detections.json"], Directory.GetFiles(_folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Out_BadModel_CreatesNoFolder()
    {
        CommandResult.Retina("eval", _folder.Write("model", "none"), trained.Data, "--out", _folder.At("out")).IsRefused(ExitCode.BadData);

        Assert.False(Directory.Exists(_folder.At("out")));
    }

    // Before the work starts: there is nothing on stdout.
    private void Refuses(string path, int code, string words)
    {
        CommandResult.Retina("eval", trained.Run, trained.Data, "--out", path).IsRefused(code, words);
        CommandResult.Retina("detect", trained.Run, trained.Images, "--out", path).IsRefused(code, words);
    }
}
