namespace RetinaSharp.Cli.Tests;

public sealed class UsageTests
{
    public static TheoryData<string[], string> WrongUsages => new()
    {
        { [], "retina --help" },
        { ["data"], "retina data --help" },
        { ["fly"], "fly" },
        { ["train"], "--train" },
        { ["train", "--train", "a"], "--out" },
        { ["train", "--train", "a", "--out", "b", "--speed", "9"], "--speed" },
        { ["train", "--train", "a", "--out", "b", "--lr"], "--lr" },
        { ["train", "--train", "a", "--out", "b", "--lr", "fast"], "--lr: 'fast'" },
        { ["train", "--train", "a", "--out", "b", "--lr", "-1"], "Learning rate -1" },
        { ["train", "--train", "a", "--out", "b", "--preset", "huge"], "--preset: 'huge' is not one of tiny|small|" },
        { ["train", "--train", "a", "--out", "b", "--loss", "hinge"], "--loss: 'hinge' is not one of focal|ce" },
        { ["train", "--train", "a", "--out", "b", "--loss", "focal-star", "--gamma", "0"], "Gamma 0" },
        { ["train", "--train", "a", "--out", "b", "--sampling", "some"], "--sampling: 'some' is not one of none|ohem|ratio|hard-negative" },
        { ["train", "--train", "a", "--out", "b", "--sampling", "ratio", "--sampling-ratio", "off"], "Sampling Ratio without a ratio" },
        { ["train", "--train", "a", "--out", "b", "--sampling", "ohem", "--loss", "softmax-focal"], "--loss ce" },
        { ["train", "--train", "a", "--out", "b", "--size", "320x240"], "--size" },
        { ["train", "--train", "a", "--out", "b", "--levels", "7"], "--levels" },
        { ["train", "--train", "a", "--out", "b", "--tile", "15"], "Tiles of 15 pixels" },
        { ["train", "--train", "a", "--out", "b", "--tile", "none"], "--tile: 'none'" },
        { ["train", "--train", "a", "--out", "b", "--scales", "1,,2"], "--scales" },
        { ["train", "--train", "a", "--out", "b", "--alpha", "2"], "Alpha 2" },
        { ["train", "--train", "a", "--out", "b", "--device", "tpu"], "--device: 'tpu'" },
        { ["train", "--train", "a", "--out", "b", "--precision", "fp8"], "--precision: 'fp8'" },
        { ["detect", "model", "--fast", "image.png"], "'--fast'" },
        { ["detect", "model"], "retina detect --help" },
        { ["eval", "model", "data", "--batch", "0"], "--batch" },
        { ["eval", "model", "data", "--nms", "2"], "NMS threshold 2" },
        { ["eval", "model", "data", "--tile", "8"], "Tiles of 8 pixels" },
        { ["detect", "model", "image.png", "--tile", "100", "--tile-overlap", "1"], "Tile overlap 1" },
        { ["detect", "model", "image.png", "--tile-overlap", ".2"], "--tile-overlap needs --tile N" },
        { ["detect", "model", "image.png", "--score-threshold", "1.5"], "Score threshold 1.5" },
        { ["score", "--truth", "a.json"], "--detections" },
        { ["data", "convert", "a", "--out", "b"], "--to" },
        { ["data", "convert", "a", "--out", "b", "--to", "pdf"], "--to: 'pdf' is not one of coco|voc|yolo|labelme|cvat|csv" },
        { ["data", "convert", "a", "--to", "coco"], "--out" },
        { ["train", "--train", "a", "--out", "b", "--mosaic", "2"], "Mosaic 2: must be in [0, 1]" },
        { ["train", "--train", "a", "--out", "b", "--mixup", "x"], "--mixup: 'x'" },
        { ["train", "--train", "a", "--out", "b", "--repeat-factor", "-1"], "Repeat factor -1: must be from 0 to 1" },
        { ["train", "--train", "a", "--out", "b", "--size", "48x48", "--multi-scale"], "no multiple of 32" },
        { ["data", "split", "a", "--out", "b", "--folds", "3", "--val", ".5"], "--folds cannot be combined" },
        { ["data", "split", "a", "--out", "b", "--group", "("], "--group" },
        { ["data", "merge", "a", "--out", "b"], "two or more datasets" },
        { ["data", "filter", "a", "--out", "b", "--max-images", "0"], "--max-images" },
        { ["eval", "model", "data", "--suppression", "soft"], "--suppression: 'soft' is not one of nms|class-agnostic|soft-linear|soft-gaussian|fusion|voting|none" },
        { ["eval", "model", "data", "--suppression", "fusion", "--soft-sigma", ".3"], "--soft-sigma needs --suppression soft-gaussian" },
        { ["eval", "model", "data", "--suppression", "soft-gaussian", "--soft-sigma", "0"], "Soft-NMS sigma 0" },
        { ["eval", "model", "data", "--ensemble-weights", "1,2"], "--ensemble-weights needs --ensemble MODEL" },
        { ["eval", "model", "data", "--ensemble", "other", "--ensemble-weights", "1"], "1 weights for 2 models" },
        { ["eval", "model", "data", "--ensemble", "other", "--ensemble-weights", "1,0"], "--ensemble-weights: 0 is out of range" },
        { ["detect", "model", "image.png", "--ensemble", "other", "--ensemble-weights", "1,x"], "--ensemble-weights: 'x' is not a number" },
        { ["detect", "model", "image.png", "--labels", "csv"], "--labels: 'csv' is not one of coco|voc|yolo|labelme|cvat" },
        { ["data", "generate", "--out", "a", "--train", "2"], "--val" },
        { ["data", "generate", "--out", "a", "--train", "0", "--val", "2"], "Training images 0" },
        { ["data", "generate", "--out", "a", "--train", "2", "--val", "x"], "--val: 'x'" },
        { ["data", "generate", "--out", "a", "--train", "2", "--val", "2", "--size", "16"], "Size 16" },
    };

    public static TheoryData<string[], string> BadInput => new()
    {
        { ["data", "info", "nothing.json"], "nothing.json" },
        { ["train", "--train", "nothing.json", "--out", "run"], "nothing.json" },
        { ["train", "--train", "a", "--out", "run", "--config", "nothing.json"], "nothing.json" },
        { ["eval", "no-model", "nothing.json"], "nothing.json" },
        { ["score", "--truth", "nothing.json", "--detections", "dt.json"], "nothing.json" },
        { ["detect", "no-model", "nothing.png"], "nothing.png" },
        { ["info", "no-model"], "no-model" },
    };

    [Fact]
    public void Version_Program_IsThatOfTheBuild()
    {
        var ran = CommandResult.Retina("--version").IsDone();

        Assert.Contains($"<Version>{ran.Out.Trim()}</Version>", File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")));
        Assert.Empty(ran.Error);
    }

    [Theory]
    [MemberData(nameof(WrongUsages))]
    public void Run_WrongUsage_ExitsWith2AndNamesTheError(string[] args, string words) =>
        CommandResult.Retina(args).IsRefused(ExitCode.WrongUsage, words);

    [Theory]
    [MemberData(nameof(BadInput))]
    public void Run_BadInput_ExitsWith3AndNamesTheFile(string[] args, string file) =>
        CommandResult.Retina(args).IsRefused(ExitCode.BadData, file);

    [Fact]
    public void Train_MissingDevice_ExitsWith4() =>
        CommandResult.Retina("train", "--train", "a", "--out", "b", "--device", "cuda:63").IsRefused(ExitCode.Unavailable, "cuda:63");

    [Fact]
    public void Train_OutIsAFile_ExitsWith2()
    {
        using var folder = new TemporaryFolder();

        CommandResult.Retina("train", "--train", "a", "--out", folder.Write("out", "")).IsRefused(ExitCode.WrongUsage, "--out");
    }

    [Fact]
    public void Detect_FolderWithoutImages_ExitsWith3()
    {
        using var folder = new TemporaryFolder();
        folder.Write("notes.txt", "");

        CommandResult.Retina("detect", "model", folder.Root).IsRefused(ExitCode.BadData, folder.Root, "no image files");
    }

    [Fact]
    public void Info_WithoutModel_HasVersionsAndDevices()
    {
        var json = CommandResult.Retina("info", "--json").IsDone().Json;

        Assert.Matches(@"^\d+\.\d+\.\d+$", json.GetProperty("version").GetString());
        Assert.NotEmpty(json.GetProperty("libtorch").GetString()!);
        Assert.Equal("cpu", json.GetProperty("devices")[0].GetString());
        Assert.True(json.GetProperty("threads").GetInt32() > 0);
        Assert.False(json.TryGetProperty("model", out _));
    }
}
