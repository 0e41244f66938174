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
        Assert.Contains("checked in ONNX Runtime:", lines);
        Assert.Contains(" 0 unmatched", lines);
        Assert.True(new FileInfo(File).Length > 1000);
    }

    [Theory]
    [InlineData("detections")]
    [InlineData("padded")]
    [InlineData("raw")]
    public void Export_ThenEvalAndDetect_EqualTheModel(string outputs)
    {
        CommandResult.Retina("export", "onnx", trained.Run, "--out", File, "--outputs", outputs, "--no-check").IsDone();

        var (expected, found) = (Ap(trained.Run), Ap(File));
        var detected = CommandResult.Retina("detect", File, trained.Images, "--json").IsDone().Json;

        Assert.Equal(expected, found, 1e-3);
        Assert.Equal(12, detected.GetProperty("images").GetArrayLength());

        double Ap(string model) => CommandResult.Retina("eval", model, trained.Data, "--precision", "fp32", "--json").IsDone().Json.GetProperty("metrics").GetProperty("AP").GetDouble();
    }

    [Fact]
    public void Info_ExportedModel_DescribesIt()
    {
        CommandResult.Retina("export", "onnx", trained.Run, "--out", File, "--no-check", "--size", "64x96", "--outputs", "raw").IsDone();

        var json = CommandResult.Retina("info", File, "--json").IsDone().Json.GetProperty("model");

        Assert.Equal(("raw", "fp32", 2), (json.GetProperty("outputs").GetString(), json.GetProperty("precision").GetString(), json.GetProperty("classes").GetArrayLength()));
        Assert.Contains("96 x 64", CommandResult.Retina("info", File).IsDone().Out);
        CommandResult.Retina("detect", File, trained.Images).IsRefused(ExitCode.BadData, "export it again with dynamic sizes");
    }

    [Fact]
    public void Load_WhatTheEngineLacks_IsRefused()
    {
        CommandResult.Retina("export", "onnx", trained.Run, "--out", File, "--no-check").IsDone();

        CommandResult.Retina("detect", File, trained.Images, "--precision", "bf16").IsRefused(ExitCode.WrongUsage, "--precision", "ONNX Runtime");
        CommandResult.Retina("detect", File, trained.Images, "--device", "cuda").IsRefused(ExitCode.WrongUsage, "--device", "ONNX Runtime");
        CommandResult.Retina("detect", File, trained.Images, "--suppression", "fusion").IsRefused(ExitCode.WrongUsage, "--outputs raw");
        System.IO.File.WriteAllText(File, "no model");
        CommandResult.Retina("detect", File, trained.Images).IsRefused(ExitCode.BadData, File);
    }

    [Fact]
    public void Export_Triton_WritesARepositoryThatMatchesTheModel()
    {
        var ran = CommandResult.Retina("export", "onnx", trained.Run, "--out", File, "--no-check", "--triton", _folder.At("models"), "--max-detections", "17").IsDone();

        var model = Path.Combine(_folder.At("models"), "model");
        Assert.Equal([File, .. new[] { "config.pbtxt", "labels.txt", Path.Combine("1", "model.onnx") }.Select(file => Path.Combine(model, file))], ran.Out.Trim().Split('\n'));
        Assert.Equal("""
            name: "model"
            backend: "onnxruntime"
            max_batch_size: 8
            input [
              { name: "images", data_type: TYPE_UINT8, dims: [ -1, -1, 3 ] }
            ]
            output [
              { name: "detections", data_type: TYPE_FP32, dims: [ 17, 6 ] },
              { name: "counts", data_type: TYPE_INT32, dims: [ 1 ], reshape: { shape: [ ] } }
            ]
            dynamic_batching { max_queue_delay_microseconds: 5000 }

            """, System.IO.File.ReadAllText(Path.Combine(model, "config.pbtxt")));
        Assert.Equal(2, System.IO.File.ReadAllLines(Path.Combine(model, "labels.txt")).Length);
        Assert.Equal(System.IO.File.ReadAllBytes(File), System.IO.File.ReadAllBytes(Path.Combine(model, "1", "model.onnx")));
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
        CommandResult.Retina("export", "onnx", model, "--out", File, "--outputs", "boxes").IsRefused(ExitCode.WrongUsage, "detections|padded|raw");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--nms", "1.5").IsRefused(ExitCode.WrongUsage, "[0, 1]");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--size", "256").IsRefused(ExitCode.WrongUsage, "--size", "800x1344");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--opset", "9").IsRefused(ExitCode.WrongUsage, "from 17 to 21");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--check-images", _folder.At("none")).IsRefused(ExitCode.BadData, "no such file or folder");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--triton", model).IsRefused(ExitCode.WrongUsage, "is a file, not a folder");
        CommandResult.Retina("export", "onnx", model, "--out", File, "--suppression", "fusion").IsRefused(ExitCode.WrongUsage, "'fusion' is not one of nms|class-agnostic|voting|none");
        CommandResult.Retina("export", "onnx", _folder.At("none"), "--out", File, "--json").IsRefused(ExitCode.BadData, "there is no such file");
        Assert.False(System.IO.File.Exists(File));
    }
}
