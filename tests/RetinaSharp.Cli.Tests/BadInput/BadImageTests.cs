namespace RetinaSharp.Cli.Tests.BadInput;

[Collection(SharedModel.Name)]
public sealed class BadImageTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => BadFile.Kinds;

    public static TheoryData<string> SharedImages => ["bad_huffman.jpg", "corrupt.jpg", "corrupt34_2.jpg", "corrupt34_3.jpg", "corrupt34_4.jpg", "sigsegv.png", "LICENSE-tensorflow"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Detect_BadImageAlone_ExitsWith3AndDrawsNothing(string kind)
    {
        var image = Write("image.png", BadFile.Create(kind));

        var ran = CommandResult.Retina("detect", trained.Run, image, "--out", _folder.At("out"));

        ran.IsRefused(ExitCode.BadData, $"error: {image}: ");
        Assert.Equal(["detections.json"], Directory.GetFiles(_folder.At("out")).Select(Path.GetFileName));
        Assert.Equal("[]", File.ReadAllText(_folder.At("out", "detections.json")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Eval_BadImageAmongGoodOnes_ExitsWith3AndWritesNothing(string kind)
    {
        var (data, image) = DatasetWith(BadFile.Create(kind));

        CommandResult.Retina("eval", trained.Run, data, "--out", _folder.At("out")).IsRefused(ExitCode.BadData, $"error: {image}: ");

        Assert.Empty(Directory.GetFiles(_folder.At("out")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Train_BadImageAmongGoodOnes_ExitsWith3BeforeTheRunFolderIsCreated(string kind)
    {
        var (data, image) = DatasetWith(BadFile.Create(kind));

        Train(data).IsRefused(ExitCode.BadData, "1 of 4 images cannot be used", $"{image}: ", "--skip-bad-images");

        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("text")]
    [InlineData("git lfs")]
    [InlineData("0 x 0")]
    [InlineData("header alone")]
    public void DataInfo_BadHeader_ExitsWith3(string kind)
    {
        var image = Write("yolo/images/a.png", BadFile.Create(kind));
        _folder.Write("yolo/labels/a.txt", "0 .5 .5 .5 .5");

        CommandResult.Retina("data", "info", _folder.At("yolo")).IsRefused(ExitCode.BadData, $"error: {image}: ");
    }

    [Fact]
    public void Train_ImageOfAnotherSizeThanAnnotated_ExitsWith3AndNamesBothSizes()
    {
        var data = ColoredRectangles.Write(_folder.Root, images: 4);
        File.WriteAllText(data, File.ReadAllText(data).Replace("\"width\":64,\"height\":64", "\"width\":65,\"height\":64"));

        Train(data).IsRefused(ExitCode.BadData, "4 of 4 images cannot be used", "00.png: is 64 x 64, but annotated as 65 x 64", "03.png: is 64 x 64");
    }

    [Fact]
    public void Train_MissingImage_ExitsWith3BeforeTheRunFolderIsCreated()
    {
        var data = ColoredRectangles.Write(_folder.Root, images: 4);
        File.Delete(_folder.At("02.png"));

        Train(data).IsRefused(ExitCode.BadData, data, "1 of 4 images cannot be used", "02.png: the file does not exist", "--images DIR");

        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Fact]
    public void Detect_CircularLink_ExitsWith3()
    {
        File.CreateSymbolicLink(_folder.At("round.png"), _folder.At("round.png"));

        CommandResult.Retina("detect", trained.Run, _folder.At("round.png")).IsRefused(ExitCode.BadData, _folder.At("round.png"));
        CommandResult.Retina("detect", trained.Run, _folder.Root).IsRefused(ExitCode.BadData, _folder.At("round.png"));
    }

    [SharedDataTheory]
    [MemberData(nameof(SharedImages))]
    public void Detect_FileFromTheWild_IsReadOrExitsWith3(string name)
    {
        var path = SharedData.At("data", "bad-input", "images", name);

        var ran = CommandResult.Retina("detect", trained.Run, path);

        Assert.Contains(ran.Code, (int[])[ExitCode.Done, ExitCode.BadData]);
        if (ran.Code == ExitCode.BadData)
            ran.IsRefused(ExitCode.BadData, $"error: {path}: ");
    }

    [SharedDataTheory]
    [MemberData(nameof(SharedImages))]
    public void DataInfoAndTrain_FileFromTheWild_IsReadOrExitsWith3(string name)
    {
        var image = Write("yolo/images/a.png", File.ReadAllBytes(SharedData.At("data", "bad-input", "images", name)));
        _folder.Write("yolo/labels/a.txt", "0 .5 .5 .5 .5");

        foreach (var ran in (CommandResult[])[CommandResult.Retina("data", "info", _folder.At("yolo")), Train(_folder.At("yolo"))])
        {
            Assert.Contains(ran.Code, (int[])[ExitCode.Done, ExitCode.BadData]);
            if (ran.Code == ExitCode.BadData)
                Assert.Contains($"{image}: ", ran.Error);
        }
    }

    [SharedDataTheory]
    [InlineData("lfs-pointer.json", "git lfs pull")]
    [InlineData("truncated-tar.pth", "is not a")]
    public void AnyVerb_SharedFileAsData_ExitsWith3(string name, string reason)
    {
        var path = SharedData.At("data", "bad-input", name);
        string[][] calls =
        [
            ["data", "info", path], ["train", "--train", path, "--out", _folder.At("run")], ["eval", trained.Run, path],
            ["score", "--truth", path, "--detections", path], ["score", "--truth", trained.Data, "--detections", path],
        ];

        Assert.All(calls, call => CommandResult.Retina(call).IsRefused(ExitCode.BadData, $"error: {path}: ", reason));
    }

    [SharedDataTheory]
    [InlineData("lfs-pointer.json", "git lfs pull", "git lfs pull")]
    [InlineData("truncated-tar.pth", "not a safetensors file", "is not JPEG")]
    public void AnyVerb_SharedFileAsModelOrImage_ExitsWith3(string name, string asModel, string asImage)
    {
        var path = SharedData.At("data", "bad-input", name);

        CommandResult.Retina("info", path).IsRefused(ExitCode.BadData, $"error: {path}: ", asModel);
        CommandResult.Retina("eval", path, trained.Data).IsRefused(ExitCode.BadData, $"error: {path}: ", asModel);
        CommandResult.Retina("detect", path, trained.Images).IsRefused(ExitCode.BadData, $"error: {path}: ", asModel);
        CommandResult.Retina("detect", trained.Run, path).IsRefused(ExitCode.BadData, $"error: {path}: ", asImage);
    }

    private CommandResult Train(string data) =>
        CommandResult.Retina("train", "--train", data, "--out", _folder.At("run"), "--preset", "tiny", "--size", "64", "--epochs", "1", "--batch", "4", "--precision", "fp32");

    /// <summary>A dataset in which these bytes replace an image.</summary>
    private (string Data, string Image) DatasetWith(byte[] image)
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 4);
        return (data, Write("data/02.png", image));
    }

    private string Write(string name, byte[] bytes)
    {
        var path = _folder.Write(name, "");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
