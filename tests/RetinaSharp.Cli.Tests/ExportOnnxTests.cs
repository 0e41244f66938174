namespace RetinaSharp.Cli.Tests;

[Collection(BadInput.SharedModel.Name)]
public sealed class ExportOnnxTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.At("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Export_WithoutJson_PrintsInputsOutputsAndTheFile()
    {
        var ran = CommandResult.Retina("export", "onnx", trained.Run, "--out", File).IsDone();

        Assert.Equal(File, ran.Out.Trim());
        var lines = ran.Error.ReplaceLineEndings(" ");
        Assert.Contains("input images: uint8 [batch, height, width, 3]", lines);
        Assert.Contains("output boxes: float32 [detections, 4]", lines);
        Assert.True(new FileInfo(File).Length > 1000);
    }

    [Fact]
    public void Export_Json_HasInputsOutputsAndTheModel()
    {
        var json = CommandResult.Retina("export", "onnx", trained.Run, "--out", File, "--outputs", "raw", "--json").IsDone().Json;

        Assert.Equal([File], json.GetProperty("files").EnumerateArray().Select(file => file.GetString()!));
        Assert.Equal(new FileInfo(File).Length, json.GetProperty("bytes").GetInt64());
        Assert.Equal("""["batch","height","width",3]""", json.GetProperty("inputs")[0].GetProperty("shape").GetRawText().Replace(" ", "").ReplaceLineEndings(""));
        Assert.Equal(["logits", "deltas", "anchors"], json.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()!));
        Assert.Equal(2, json.GetProperty("model").GetProperty("classes").GetArrayLength());
    }

    [Fact]
    public void Export_Thresholds_AreInTheFile()
    {
        CommandResult.Retina("export", "onnx", trained.Run, "--out", File, "--score-threshold", ".21", "--nms", ".43", "--max-detections", "76").IsDone();

        var text = System.Text.Encoding.Latin1.GetString(System.IO.File.ReadAllBytes(File));
        Assert.Contains("0.21", text);
        Assert.Contains("0.43", text);
        Assert.Contains("76", text);
    }

    [Fact]
    public void Export_BadCall_FailsAndWritesNothing()
    {
        var model = Path.Combine(trained.Run, "last.safetensors");
        CommandResult.Retina("export", "onnx", model).IsRefused(ExitCode.WrongUsage, "--out");
        CommandResult.Retina("export", "onnx", model, "--out", model).IsRefused(ExitCode.WrongUsage, "would be overwritten");
        CommandResult.Retina("export", "onnx", model, "--out", _folder.Root).IsRefused(ExitCode.WrongUsage, "is a folder");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--outputs", "boxes").IsRefused(ExitCode.WrongUsage, "detections|raw");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--nms", "1.5").IsRefused(ExitCode.WrongUsage, "[0, 1]");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--outputs", "raw", "--nms", ".5").IsRefused(ExitCode.WrongUsage, "--nms", "--outputs raw");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--suppression", "fusion").IsRefused(ExitCode.WrongUsage, "'fusion' is not one of nms|class-agnostic|none");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--outputs", "raw", "--suppression", "none").IsRefused(ExitCode.WrongUsage, "--suppression", "--outputs raw");
        CommandResult.Retina("export", "onnx", _folder.At("none"), "--out", File, "--json").IsRefused(ExitCode.BadData, "there is no such file");
        Assert.False(System.IO.File.Exists(File));
    }
}
