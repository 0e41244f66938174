using System.Text.Json;

namespace RetinaSharp.Cli.Tests;

public sealed class EndToEndTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    [Fact]
    public void Train_TinyDataset_PrintsItsSettingsAndWritesARunFolder()
    {
        var json = trained.Training.IsDone().Json;

        Assert.Equal(2, json.GetProperty("epochs").GetInt32());
        Assert.Equal(6, json.GetProperty("steps").GetInt32());
        Assert.False(json.GetProperty("cancelled").GetBoolean());
        Assert.InRange(json.GetProperty("metrics").GetProperty("AP").GetDouble(), 0, 1);
        Assert.Contains("12 images, 24 boxes, 2 classes", trained.Training.Error);
        Assert.Contains("learning rate 0.001 for 16 images, scaled to 0.0005 for 4", trained.Training.Error);
        Assert.Contains("epoch 2/2 done", trained.Training.Error);
        Assert.Contains($"retina eval {trained.Run} {trained.Data}", trained.Training.Error);
        Assert.All(["config.json", "metrics.jsonl", "last.safetensors"], name => Assert.True(File.Exists(Path.Combine(trained.Run, name)), name));
        Assert.Single(Directory.GetFiles(trained.Run, "events.out.tfevents.*"));
    }

    [Fact]
    public void Train_AugmentationOptions_AreInItsConfiguration()
    {
        using var folder = new TemporaryFolder();
        string[] command =
        [
            "train", "--train", trained.Data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64x64", "--batch", "4", "--epochs", "1",
            "--mosaic", ".5", "--mixup", ".25", "--copy-paste", ".75", "--large-scale-jitter", "--multi-scale", "--repeat-factor", "1",
        ];

        CommandResult.Retina(command).IsDone();

        using var config = JsonDocument.Parse(File.ReadAllText(folder.At("run/config.json")));
        var augmentation = config.RootElement.GetProperty("augmentation");
        Assert.All(
            [("mosaic", .5), ("mixup", .25), ("copyPaste", .75), ("minScale", .1), ("maxScale", 2), ("minInputScale", .75), ("maxInputScale", 1.25)],
            setting => Assert.Equal(setting.Item2, augmentation.GetProperty(setting.Item1).GetDouble()));
        Assert.True(augmentation.GetProperty("fixedSize").GetBoolean());
        Assert.Equal(1, config.RootElement.GetProperty("training").GetProperty("repeatFactor").GetDouble());
        Assert.Contains("finished", CommandResult.Retina([.. command, "--resume"]).IsDone().Error);
    }

    [Fact]
    public void Train_WithValidation_ReportHasImagesOfTheBestEpoch()
    {
        var report = File.ReadAllText(Path.Combine(trained.Run, "report.html"));

        Assert.Contains("<h2>Worst false negatives</h2>", report);
        Assert.Contains("<img src=\"data:image/jpeg;base64,", report);
        Assert.DoesNotContain("no report was written", trained.Training.Error);
    }

    [Fact]
    public void Train_FolderOfARun_ExitsWith2AndKeepsTheRun()
    {
        var before = File.GetLastWriteTimeUtc(Path.Combine(trained.Run, "config.json"));

        CommandResult.Retina("train", "--train", trained.Data, "--out", trained.Run, "--preset", "tiny").IsRefused(ExitCode.WrongUsage, "--out", "holds a run", "--resume");

        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(trained.Run, "config.json")));
    }

    [Fact]
    public void Train_Cancelled_SavesTheModelAndExitsWith130()
    {
        using var folder = new TemporaryFolder();

        var ran = CommandResult.Retina(new CancellationToken(canceled: true), "train", "--train", trained.Data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64", "--json");

        Assert.Equal(ExitCode.Cancelled, ran.Code);
        Assert.True(ran.Json.GetProperty("cancelled").GetBoolean());
        Assert.True(File.Exists(folder.At("run", "last.safetensors")));
    }

    [Fact]
    public void Eval_DetectionsFile_ScoresTheSame()
    {
        using var folder = new TemporaryFolder();

        var evaluation = CommandResult.Retina("eval", trained.Run, trained.Data, "--out", folder.Root, "--json").IsDone().Json;
        var score = CommandResult.Retina("score", "--truth", trained.Data, "--detections", folder.At("detections.json"), "--per-class", "--json").IsDone().Json;

        Assert.Equal(12, evaluation.GetProperty("images").GetInt32());
        Assert.True(evaluation.GetProperty("seconds").GetDouble() > 0);
        var metrics = score.EnumerateObject().Where(member => member.Name != "per_class").Select(member => (member.Name, member.Value.GetDouble())).ToList();
        Assert.Equal(12, metrics.Count);
        Assert.Equal(metrics, evaluation.GetProperty("metrics").EnumerateObject().Select(member => (member.Name, member.Value.GetDouble())));
        Assert.Equal(score.GetProperty("per_class").GetRawText(), evaluation.GetProperty("per_class").GetRawText(), ignoreWhiteSpaceDifferences: true);
        Assert.Equal(["red", "blue"], score.GetProperty("per_class").EnumerateArray().Select(one => one.GetProperty("category").GetString()));
    }

    [Fact]
    public void Eval_DataWithOtherClasses_ExitsWith3()
    {
        using var folder = new TemporaryFolder();
        var other = ColoredRectangles.Write(folder.Root, images: 1);
        File.WriteAllText(other, File.ReadAllText(other).Replace("red", "cat").Replace("blue", "dog"));

        CommandResult.Retina("eval", trained.Run, other).IsRefused(ExitCode.BadData, other, "red");
    }

    [Fact]
    public void Detect_CorruptImageAmongGoodOnes_ReportsItAndContinues()
    {
        using var folder = new TemporaryFolder();
        var corrupt = folder.Write("corrupt.jpg", "no image");
        var (first, last) = (Path.Combine(trained.Images, "03.png"), Path.Combine(trained.Images, "05.png"));

        var ran = CommandResult.Retina("detect", trained.Run, first, corrupt, last, "--score-threshold", "0", "--max-detections", "7", "--out", folder.At("out"), "--json");

        Assert.Equal(ExitCode.BadData, ran.Code);
        Assert.Contains(corrupt, ran.Error);
        var images = ran.Json.GetProperty("images").EnumerateArray().ToList();
        Assert.Equal([first, last], images.Select(image => image.GetProperty("file").GetString()));
        Assert.All(images, image => Assert.Equal((64, 64), (image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32())));
        Assert.All(images, image => Assert.Equal(7, image.GetProperty("detections").GetArrayLength()));
        Assert.True(File.Exists(folder.At("out", "03.png")) && File.Exists(folder.At("out", "05.png")));
        using var results = JsonDocument.Parse(File.ReadAllBytes(folder.At("out", "detections.json")));
        // Image ids count all files, including the corrupt one; boxes and scores are those on stdout.
        Assert.Equal(
            [.. Enumerable.Repeat((1, first), 7), .. Enumerable.Repeat((3, last), 7)],
            results.RootElement.EnumerateArray().Select(one => (one.GetProperty("image_id").GetInt32(), one.GetProperty("file_name").GetString()!)));
        Assert.Equal(
            images.SelectMany(image => image.GetProperty("detections").EnumerateArray()).Select(Signature),
            results.RootElement.EnumerateArray().Select(Signature));

        static (int, double, double) Signature(JsonElement one) =>
            (one.GetProperty("category_id").GetInt32(), one.GetProperty("score").GetDouble(), one.GetProperty("bbox")[2].GetDouble());
    }

    [Fact]
    public void Detect_FolderAndOneClass_DetectsItInTheImagesByName()
    {
        var ran = CommandResult.Retina("detect", trained.Run, trained.Images, "--classes", "blue", "--score-threshold", "0", "--json").IsDone();

        var images = ran.Json.GetProperty("images").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i:00}.png"), images.Select(image => Path.GetFileName(image.GetProperty("file").GetString())));
        var detections = images.SelectMany(image => image.GetProperty("detections").EnumerateArray()).ToList();
        Assert.NotEmpty(detections);
        Assert.All(detections, one => Assert.Equal(("blue", 7), (one.GetProperty("category").GetString(), one.GetProperty("category_id").GetInt32())));
    }

    [Theory]
    [InlineData("--tile", "40", "--tile-overlap", ".3")]
    [InlineData("--tta")]
    [InlineData("--tile", "48", "--tta", "--batch", "4")]
    public void Detect_SlicedOrAugmented_HasOtherDetections(params string[] options)
    {
        var plain = Boxes([]);
        var ran = Boxes(options);

        Assert.InRange(ran.Count, 1, 500);
        Assert.NotEqual(plain, ran);

        List<double> Boxes(string[] options) => [.. CommandResult.Retina(
                ["detect", trained.Run, Path.Combine(trained.Images, "00.png"), "--score-threshold", "0", "--max-detections", "500", "--json", .. options])
            .IsDone().Json.GetProperty("images")[0].GetProperty("detections").EnumerateArray().Select(one => one.GetProperty("bbox")[0].GetDouble())];
    }

    [Fact]
    public void Train_Sliced_EvalAndInfoUseItsSlices()
    {
        using var folder = new TemporaryFolder();
        var run = folder.At("run");

        var training = CommandResult.Retina("train", "--train", trained.Data, "--val", trained.Data, "--out", run, "--preset", "tiny", "--size", "64x64", "--epochs", "1", "--batch", "4",
            "--tile", "40", "--precision", "fp32", "--json").IsDone();

        Assert.Contains("Slices of 40 pixels", training.Error);
        Assert.Contains("slices of 40 pixels", CommandResult.Retina("info", run).IsDone().Out);
        var trainedAP = training.Json.GetProperty("metrics").GetProperty("AP").GetDouble();
        Assert.Equal(trainedAP, AP());
        Assert.Equal(trainedAP, AP("--tile", "40"));
        Assert.Contains("\"validation_loss_box\":", File.ReadAllText(Path.Combine(run, "metrics.jsonl")));
        var resumed = CommandResult.Retina("train", "--train", trained.Data, "--val", trained.Data, "--out", run, "--tile", "off", "--resume");
        Assert.Contains("--tile off", resumed.Error);

        double AP(params string[] options) => CommandResult.Retina(["eval", run, trained.Data, "--batch", "4", "--precision", "fp32", "--json", .. options])
            .IsDone().Json.GetProperty("metrics").GetProperty("AP").GetDouble();
    }

    [Theory]
    [InlineData("off")]
    [InlineData("0")]
    public void Eval_TileOff_IsTheWholeImage(string tile)
    {
        Assert.Equal(Metrics(), Metrics("--tile", tile));

        string Metrics(params string[] options) => CommandResult.Retina(["eval", trained.Run, trained.Data, "--json", .. options]).IsDone().Json.GetProperty("metrics").ToString();
    }

    [Fact]
    public void Eval_Sliced_CoversAllImages() =>
        Assert.Equal(12, CommandResult.Retina("eval", trained.Run, trained.Data, "--tile", "40", "--json").IsDone().Json.GetProperty("images").GetInt32());

    [Fact]
    public void Detect_WithoutJson_PrintsALinePerImageWithTheCountsByClass()
    {
        string[] call = ["detect", trained.Run, Path.Combine(trained.Images, "00.png"), Path.Combine(trained.Images, "01.png"), "--score-threshold", "0", "--draw-threshold", "0", "--max-detections", "9"];

        var lines = CommandResult.Retina(call).IsDone().Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var images = CommandResult.Retina([.. call, "--json"]).IsDone().Json.GetProperty("images").EnumerateArray().ToList();

        Assert.Equal(2, lines.Length);
        foreach (var (line, image) in lines.Zip(images))
        {
            Assert.StartsWith($"{image.GetProperty("file").GetString()}: ", line);
            foreach (var group in image.GetProperty("detections").EnumerateArray().GroupBy(one => one.GetProperty("category").GetString()))
                Assert.Matches($@"\b{group.Count()} {group.Key}{(group.Count() > 1 ? "s" : "")}(,|$)", line);
        }
    }

    [Fact]
    public void Detect_NothingAboveTheDrawThreshold_PrintsNoObjects()
    {
        var image = Path.Combine(trained.Images, "00.png");

        Assert.Equal($"{image}: no objects{Environment.NewLine}", CommandResult.Retina("detect", trained.Run, image, "--score-threshold", "0", "--draw-threshold", "1").IsDone().Out);
    }

    [Fact]
    public void Eval_DetectionsFile_HasNoFileNames()
    {
        using var folder = new TemporaryFolder();

        CommandResult.Retina("eval", trained.Run, trained.Data, "--out", folder.Root).IsDone();

        Assert.DoesNotContain("file_name", File.ReadAllText(folder.At("detections.json")));
    }

    [Fact]
    public void Detect_UnknownClass_ExitsWith2AndListsTheModelsClasses() =>
        CommandResult.Retina("detect", trained.Run, trained.Images, "--classes", "green").IsRefused(ExitCode.WrongUsage, "--classes", "green", "red, blue");

    [Fact]
    public void Detect_MissingPath_ExitsWith3() =>
        CommandResult.Retina("detect", trained.Run, Path.Combine(trained.Images, "nothing.png")).IsRefused(ExitCode.BadData, "nothing.png");

    [Fact]
    public void Info_Model_DescribesIt()
    {
        var model = CommandResult.Retina("info", trained.Run, "--json").IsDone().Json.GetProperty("model");

        Assert.Equal(["red", "blue"], model.GetProperty("classes").EnumerateArray().Select(one => one.GetProperty("category").GetString()));
        Assert.Equal(12, model.GetProperty("training_images").GetInt32());
        Assert.Equal(.25, model.GetProperty("settings").GetProperty("model").GetProperty("width").GetDouble());
        Assert.Contains("red, blue", CommandResult.Retina("info", trained.Run).IsDone().Out);
    }
}
