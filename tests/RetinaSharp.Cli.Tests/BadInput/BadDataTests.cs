namespace RetinaSharp.Cli.Tests.BadInput;

[Collection(SharedModel.Name)]
public sealed class BadDataTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Text of the annotation file, its replacement, and the reason in the message.</summary>
    public static TheoryData<string, string, string> Damages => new()
    {
        { "\"image_id\":101", "\"image_id\":9", "image_id 9 is not among the images" },
        { "\"category_id\":7", "\"category_id\":8", "category_id 8 is not among the categories" },
        { "\"bbox\":[5,", "\"bbox\":[NaN,", "NaN and Infinity are not valid JSON numbers" },
        { "\"bbox\":[5,", "\"bbox\":[\"5\",", "bbox[0] is \"5\" instead of a finite number" },
        { "\"bbox\":[5,", "\"bbox\":[null,", "bbox[0] is null" },
        { "\"bbox\":[5,", "\"bbox\":[1e999,", "bbox[0] is 1e999" },
        { "\"bbox\":[5,6,20,16]", "\"bbox\":[0,0,1e200,1e200]", "too large for pixels" },
        { "\"bbox\":[5,6,20,16],", "", "has no bbox" },
        { "{\"images\"", "[{\"images\"", "is a list" },
        { "\"annotations\"", "\"labels\"", "has no \"annotations\"" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public void EveryVerb_CorruptCocoFile_ExitsWith3AndWritesNothing(string before, string after, string reason)
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 3);
        var text = File.ReadAllText(data);
        Assert.Contains(before, text);
        File.WriteAllText(data, text.Replace(before, after));
        string[][] calls =
        [
            ["data", "info", data], ["train", "--train", data, "--out", _folder.At("out")], ["train", "--train", trained.Data, "--val", data, "--out", _folder.At("out")],
            ["eval", trained.Run, data, "--out", _folder.At("out")], ["score", "--truth", data, "--detections", _folder.Write("dt.json", "[]")],
        ];

        Assert.All(calls, call => CommandResult.Retina(call).IsRefused(ExitCode.BadData, $"error: {data}: ", reason));
        Assert.False(Directory.Exists(_folder.At("out")));
    }

    [Fact]
    public void EveryVerb_EmptyFolder_ExitsWith3()
    {
        var empty = Directory.CreateDirectory(_folder.At("empty")).FullName;
        string[][] calls = [["data", "info", empty], ["train", "--train", empty, "--out", _folder.At("out")], ["eval", trained.Run, empty], ["score", "--truth", empty, "--detections", empty]];

        Assert.All(calls, call => CommandResult.Retina(call).IsRefused(ExitCode.BadData, $"error: {empty}: is not a dataset in a known format", "COCO", "VOC", "YOLO"));
        CommandResult.Retina("detect", trained.Run, empty).IsRefused(ExitCode.BadData, empty, "no image files");
        CommandResult.Retina("info", empty).IsRefused(ExitCode.BadData, empty, "neither best.safetensors nor last.safetensors");
    }

    [Theory]
    [InlineData("""{"images": [], "annotations": [], "categories": [{"id": 3, "name": "red"}, {"id": 7, "name": "blue"}]}""", "no images", "no images to evaluate")]
    [InlineData("""{"images": [{"id": 1, "file_name": "00.png", "width": 64, "height": 64}], "annotations": [], "categories": []}""", "no classes", "none of the model's classes")]
    public void TrainAndEval_EmptyDataset_ExitsWith3(string json, string trainReason, string evalReason)
    {
        ColoredRectangles.Write(_folder.Root, images: 1);
        var data = _folder.Write("none.json", json);

        CommandResult.Retina("train", "--train", data, "--out", _folder.At("out")).IsRefused(ExitCode.BadData, data, trainReason);
        CommandResult.Retina("eval", trained.Run, data).IsRefused(ExitCode.BadData, data, evalReason);
        CommandResult.Retina("data", "info", data).IsDone();
        Assert.False(Directory.Exists(_folder.At("out")));
    }

    [Fact]
    public void TrainAndEval_ImagesWithoutABox_WarnAndContinue()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 4);
        File.WriteAllText(data, """{"images": [{"id": 1, "file_name": "00.png", "width": 64, "height": 64}], "annotations": [], "categories": [{"id": 3, "name": "red"}, {"id": 7, "name": "blue"}]}""");

        var evaluation = CommandResult.Retina("eval", trained.Run, data, "--json").IsDone();
        var training = CommandResult.Retina("train", "--train", data, "--val", data, "--out", _folder.At("out"), "--preset", "tiny", "--size", "64", "--epochs", "1", "--batch", "1", "--json").IsDone();

        Assert.All((CommandResult[])[evaluation, training], ran => Assert.Contains("warning: " + data + ": none of the 1 images has a box", ran.Error));
        Assert.All((CommandResult[])[evaluation, training], ran => Assert.Equal(-1, ran.Json.GetProperty("metrics").GetProperty("AP").GetDouble()));
        Assert.Matches("(?m)^AP +– ", CommandResult.Retina("eval", trained.Run, data).IsDone().Out);
    }

    [Fact]
    public void Score_DetectionsOfAnotherDataset_NamesFileAndItem()
    {
        var detections = _folder.Write("dt.json", """[{"image_id": 999, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5}]""");

        CommandResult.Retina("score", "--truth", trained.Data, "--detections", detections).IsRefused(ExitCode.BadData, $"error: {detections}: item 0", "999", trained.Data);
    }

    [Fact]
    public void DataInfo_HugeSides_AreAccepted()
    {
        var data = ColoredRectangles.Write(_folder.Root, images: 2);
        File.WriteAllText(data, File.ReadAllText(data)
            .Replace("\"width\":64,\"height\":64", "\"width\":2147483647,\"height\":2147483647")
            .Replace("\"bbox\":[5,6,20,16]", "\"bbox\":[0,0,1e150,1e150]"));

        Assert.Equal(1e150, CommandResult.Retina("data", "info", data, "--json").IsDone().Json.GetProperty("box_width").GetProperty("max").GetDouble());
        CommandResult.Retina("data", "info", data).IsDone();
    }

    [Fact]
    public void Train_FileNameWithEscapeSequence_IsSanitized()
    {
        var data = ColoredRectangles.Write(_folder.Root, images: 1);
        File.WriteAllText(data, File.ReadAllText(data).Replace("00.png", "\\u001b[2Jgone.png"));

        var ran = CommandResult.Retina("train", "--train", data, "--out", _folder.At("out"));

        ran.IsRefused(ExitCode.BadData, "?[2Jgone.png");
        Assert.DoesNotContain('\u001b', ran.Error);
    }
}
