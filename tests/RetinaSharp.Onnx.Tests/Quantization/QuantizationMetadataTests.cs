using RetinaSharp.Inference;
using RetinaSharp.Onnx.Quantization;
using RetinaSharp.Onnx.Schema;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Tests.Quantization;

/// <summary>What the metadata of quantized files say.</summary>
[Trait("Category", "Slow")]
public sealed class QuantizationMetadataTests : LeakCheck
{
    private static readonly string Scenes = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();

    private string Fp32 => _folder.At("fp32.onnx");

    private string Int8 => _folder.At("int8.onnx");

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Quantize_Metadata_SayHow()
    {
        OnnxExporter.Export(Scenes, Fp32);

        var result = OnnxQuantizer.Quantize(Fp32, Int8, Images(6), new() { Threads = 1, SensitivityImages = 0, CalibrationImages = 4, CalibrationName = "scenes", KeepInFp32 = ["backbone.body.conv1"], ReduceRange = true });

        var (before, after) = (Metadata(Fp32), Metadata(Int8));
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("precision", "int8"), ("weight_bits", "7"), ("calibration_images", "4"), ("calibration_data", "scenes"), ("fp32_layers", """["backbone.body.conv1"]""")])
            Assert.Equal(value, after[key]);
        Assert.Equal("-4.59512", after["min_logit"]);
        Assert.All(before.Where(entry => entry.Key is not ("precision" or "graph_sha256")), entry => Assert.Equal(entry.Value, after[entry.Key]));
        Assert.NotEqual(before["graph_sha256"], after["graph_sha256"]);
        Assert.Equal("int8", OnnxDetector.Describe(Int8).Precision);
        Assert.Equal((4, new FileInfo(Int8).Length, new FileInfo(Fp32).Length), (result.CalibrationImages, result.Bytes, result.SourceBytes));
        Assert.Null(result.Error);
        Assert.Empty(result.BySensitivity);
        Assert.Equal("backbone.body.conv1", Assert.Single(result.Layers, layer => !layer.IsQuantized).Name);
        Assert.Equal(1, OptimizedGraph.CountOperators(Int8, _folder)["Conv"]);
    }

    [Fact]
    public void Quantize_LogitsInFp32_HaveNoFloor()
    {
        OnnxExporter.Export(Scenes, Fp32);

        OnnxQuantizer.Quantize(Fp32, Int8, Images(1), new() { Threads = 1, SensitivityImages = 0, KeepInFp32 = ["head.classification_head.cls_logits"] });

        var description = OnnxDetector.Describe(Int8);
        Assert.Equal("int8", description.Precision);
        Assert.Null(description.MinLogit);
    }

    [Fact]
    public void Quantize_AllLayersInFp32_IsTheFp32Model()
    {
        OnnxExporter.Export(Scenes, Fp32);

        OnnxQuantizer.Quantize(Fp32, Int8, Images(1), new() { Threads = 1, SensitivityImages = 0, KeepInFp32 = QuantizableGraph.Read(Fp32).Layers });

        Assert.Equal(Metadata(Fp32), Metadata(Int8));
        Assert.Equal("fp32", OnnxDetector.Describe(Int8).Precision);
    }

    private static IEnumerable<ImageSource> Images(int count) => TestImages.WithManySizes(count).Select(ImageSource.FromImage);

    private static Dictionary<string, string> Metadata(string file) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(file)).MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
}
