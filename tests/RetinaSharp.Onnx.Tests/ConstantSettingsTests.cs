using Google.Protobuf;
using RetinaSharp.Inference;
using RetinaSharp.Onnx.Quantization;
using RetinaSharp.Onnx.Schema;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Files without optional inputs, as of earlier versions and after optimizers, and files of other programs.</summary>
public sealed class ConstantSettingsTests : LeakCheck
{
    private static readonly string Scenes = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();

    private string File => _folder.At("model.onnx");

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData(OnnxOutputs.Detections)]
    [InlineData(OnnxOutputs.Padded)]
    public void Detect_StricterSettings_AreAppliedToTheOutputs(OnnxOutputs outputs)
    {
        OnnxExporter.Export(Scenes, File, new() { Outputs = outputs });
        var image = new Experiments.Scenes.SceneGenerator().Draw("constant", 1).Image;
        IReadOnlyList<DetectedObject> expected;
        using (var detector = OnnxDetector.Load(File, new() { Threads = 1, ScoreThreshold = .3, MaxDetections = 2 }))
            expected = detector.Detect(image);
        Assert.Equal(2, expected.Count);

        Change(model => Remove(model, "score_threshold", "nms_iou", "max_detections"));

        using var constant = Load(new() { ScoreThreshold = .3, MaxDetections = 2 });
        Assert.Equal(expected, constant.Detect(image));
    }

    [Fact]
    public void Load_SettingsThatTheGraphDoesNotCompute_ThrowsWithTheRemedy()
    {
        OnnxExporter.Export(Scenes, File);
        Change(model => Remove(model, "score_threshold", "nms_iou", "max_detections"));

        foreach (var options in (OnnxDetectorOptions[])[new() { ScoreThreshold = .01 }, new() { NmsIouThreshold = .3 }, new() { MaxDetections = 1000 }])
            Assert.Contains("export it again", Assert.Throws<ArgumentException>(() => Load(options)).Message);
        Load(new()).Dispose();
    }

    [Fact]
    public void Load_OutputsAreMissing_Throws()
    {
        OnnxExporter.Export(Scenes, File);
        Change(model => model.Graph.Output.RemoveAt(2));

        Assert.Contains("no output labels", Assert.Throws<OnnxModelException>(() => Load(new())).Message);
    }

    [Fact]
    public void Load_Int8BelowItsLowestScore_ThrowsWithTheRemedy()
    {
        OnnxExporter.Export(Scenes, _folder.At("fp32.onnx"));
        OnnxQuantizer.Quantize(_folder.At("fp32.onnx"), File, [TestImages.WithManySizes(1).First()], new() { Threads = 1, SensitivityImages = 0 });

        Assert.Equal(.01, OnnxDetector.Describe(File).MinScoreThreshold, 1e-6);
        Assert.Contains("below 0.01", Assert.Throws<ArgumentException>(() => OnnxDetector.Load(File, new() { ScoreThreshold = .005 })).Message);
        OnnxDetector.Load(File, new() { ScoreThreshold = .02 }).Dispose();
    }

    [Fact]
    public void Quantize_ChangedGraph_IsRefused()
    {
        OnnxExporter.Export(Scenes, File);
        Change(model =>
        {
            var weight = model.Graph.Initializer.First(one => one.RawData.Length > 1000);
            var bytes = weight.RawData.ToByteArray();
            bytes[0] ^= 1;
            weight.RawData = ByteString.CopyFrom(bytes);
        });

        Assert.Contains("differs from its checksum", Assert.Throws<OnnxModelException>(() => OnnxQuantizer.Quantize(File, _folder.At("int8.onnx"), [TestImages.WithManySizes(1).First()])).Message);
    }

    private OnnxDetector Load(OnnxDetectorOptions options) => OnnxDetector.Load(File, options with { Threads = 1, VerifyChecksum = false });

    private void Change(Action<ModelProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(File));
        change(model);
        System.IO.File.WriteAllBytes(File, model.ToByteArray());
    }

    private static void Remove(ModelProto model, params string[] inputs)
    {
        foreach (var input in model.Graph.Input.Where(input => inputs.Contains(input.Name)).ToList())
            model.Graph.Input.Remove(input);
    }
}
