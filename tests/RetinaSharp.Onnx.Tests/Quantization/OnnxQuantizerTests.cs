using RetinaSharp.Datasets;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Inference;
using RetinaSharp.Onnx.Quantization;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Tests.Quantization;

/// <summary>Quantizes exported models and runs them in ONNX Runtime.</summary>
[Trait("Category", "Slow")]
public sealed class OnnxQuantizerTests(ITestOutputHelper log) : LeakCheck
{
    private static readonly string Scenes = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Models => [.. TestModels.All.Keys];

    private string Fp32 => _folder.At("fp32.onnx");

    private string Int8 => _folder.At("int8.onnx");

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Quantize_EveryKindOfModel_ComputesAllConvolutionsOnIntegers(string name)
    {
        TestModels.Write(_folder.At("model.safetensors"), TestModels.All[name]);
        OnnxExporter.Export(_folder.At("model.safetensors"), Fp32);
        ImageSource[] images = [.. TestImages.WithManySizes(8).Select(ImageSource.FromImage)];

        var result = OnnxQuantizer.Quantize(Fp32, Int8, images, new() { SensitivityImages = 2 });

        var operators = OptimizedGraph.CountOperators(Int8, _folder);
        log.WriteLine($"{result.Error}, {result.Bytes} of {result.SourceBytes} bytes; {string.Join(", ", operators.OrderByDescending(one => one.Value).Select(one => $"{one.Value} {one.Key}"))}");
        Assert.Equal(result.Layers.Sum(layer => layer.Nodes), operators["QLinearConv"]);
        Assert.False(operators.ContainsKey("Conv"));
        // Group norms of random weights amplify channels whose values are small beside those of the tensor.
        Assert.InRange(result.Error!.Value.Lowest, name.StartsWith("group norms", StringComparison.Ordinal) ? 6 : 20, 100);
        Assert.All(result.Layers, layer => Assert.True(layer.IsQuantized && layer.Sensitivity!.Value.Lowest >= result.Error.Value.Lowest - 3 && layer.Input.IsFinite && layer.Output.IsFinite));
    }

    [Fact]
    public void Quantize_TrainedModel_KeepsAp()
    {
        var (train, val) = SceneSet.Write(_folder.At("scenes"), new() { Train = 24, Val = 60, Seed = 11 });
        OnnxExporter.Export(Scenes, Fp32);

        var result = OnnxQuantizer.Quantize(Fp32, Int8, train.Set.Images.Select(image => image.Path));

        var (fp32, int8) = (Evaluate(Fp32, val.Set), Evaluate(Int8, val.Set));
        log.WriteLine($"AP {fp32} -> {int8}, {result.Error}, {result.Bytes} of {result.SourceBytes} bytes");
        foreach (var layer in result.BySensitivity)
            log.WriteLine($"{layer.Name} {layer.Sensitivity} {layer.Input} {layer.Output}");
        Assert.True(fp32 > .5);
        Assert.InRange(int8, fp32 - .005, 1);
        Assert.Equal(24, result.CalibrationImages);
        Assert.InRange(result.Bytes, 0, .35 * result.SourceBytes);
    }

    private static double Evaluate(string model, DetectionDataset groundTruth)
    {
        using var detector = OnnxDetector.Load(model);
        return DatasetEvaluator.Evaluate(detector, groundTruth).Metrics.AP;
    }
}
