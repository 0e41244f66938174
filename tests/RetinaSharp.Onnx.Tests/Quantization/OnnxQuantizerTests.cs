using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Onnx.Quantization;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Tests.Quantization;

/// <summary>Quantizes exported models and runs them in ONNX Runtime.</summary>
[Trait("Category", "Slow")]
public sealed class OnnxQuantizerTests(ITestOutputHelper log) : LeakCheck
{
    // On x64 CPUs with AVX2 alone, sums of products of 8-bit weights saturate.
    private static readonly bool NeedsReducedRange = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && !File.ReadAllText("/proc/cpuinfo").Contains("_vnni", StringComparison.Ordinal);

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

        var result = OnnxQuantizer.Quantize(Fp32, Int8, images, new() { Threads = 1, SensitivityImages = 1, ReduceRange = NeedsReducedRange });

        var operators = OptimizedGraph.CountOperators(Int8, _folder);
        log.WriteLine($"{result.Error}, {result.Bytes} of {result.SourceBytes} bytes; {string.Join(", ", operators.OrderByDescending(one => one.Value).Select(one => $"{one.Value} {one.Key}"))}");
        Assert.Equal(result.Layers.Sum(layer => layer.Nodes), operators["QLinearConv"]);
        Assert.False(operators.ContainsKey("Conv"));
        // Group norms of random weights amplify channels whose values are small beside those of the tensor.
        Assert.InRange(result.Error!.Value.Lowest, TestModels.All[name].Model.HeadNorm ? 6 : 20, 100);
        Assert.All(result.Layers, layer => Assert.True(layer.IsQuantized && layer.Sensitivity!.Value.Lowest >= result.Error.Value.Lowest - 3 && layer.Input.IsFinite && layer.Output.IsFinite));
    }

    [Fact]
    public void Quantize_TrainedModel_KeepsAp()
    {
        var (train, val) = SceneSet.Write(_folder.At("scenes"), new() { Train = 24, Val = 60, Seed = 11 });
        OnnxExporter.Export(Scenes, Fp32);

        var result = OnnxQuantizer.Quantize(Fp32, Int8, train.Set.Images.Select(image => image.Path), new() { Threads = 1, SensitivityImages = 1 });

        var (fp32, int8) = (Evaluate(Fp32, val.Set), Evaluate(Int8, val.Set));
        log.WriteLine($"AP {fp32} -> {int8}, {result.Error}, {result.Bytes} of {result.SourceBytes} bytes");
        foreach (var layer in result.BySensitivity)
            log.WriteLine($"{layer.Name} {layer.Sensitivity} {layer.Input} {layer.Output}");
        Assert.True(fp32 > .5);
        Assert.InRange(int8, fp32 - .005, 1);
        Assert.Equal(24, result.CalibrationImages);
        Assert.InRange(result.Bytes, 0, .35 * result.SourceBytes);
    }

    [Theory]
    [InlineData(OnnxOutputs.Raw, 17)]
    [InlineData(OnnxOutputs.Padded, 21)]
    public void Quantize_OtherOutputsAndOperators_FindsTheSameObjects(OnnxOutputs outputs, int operatorSet)
    {
        OnnxExporter.Export(Scenes, Fp32, new() { Outputs = outputs, OperatorSet = operatorSet });
        var images = TestImages.WithManySizes(12).ToArray();

        var result = OnnxQuantizer.Quantize(Fp32, Int8, images.Select(ImageSource.FromImage), new() { Threads = 1, SensitivityImages = 0 });

        Assert.Equal(result.Layers.Sum(layer => layer.Nodes), OptimizedGraph.CountOperators(Int8, _folder)["QLinearConv"]);
        AssertSameObjects(images);
    }

    [Fact]
    public void Quantize_FixedSize_IsQuantizedLikeADynamicOne()
    {
        OnnxExporter.Export(Scenes, Fp32);
        OnnxExporter.Export(Scenes, _folder.At("fixed.onnx"), new() { Size = (192, 320) });

        var dynamic = OnnxQuantizer.Quantize(Fp32, Int8, Images(3), new() { Threads = 1, SensitivityImages = 0 });
        var result = OnnxQuantizer.Quantize(_folder.At("fixed.onnx"), Int8, Images(3), new() { Threads = 1, SensitivityImages = 0 });

        Assert.Equal(dynamic.Layers, result.Layers);
        Assert.Equal((192, 320), OnnxDetector.Describe(Int8).Size);
    }

    [Fact]
    public void Quantize_KeepMostSensitive_LowersTheError()
    {
        OnnxExporter.Export(Scenes, Fp32);

        var all = OnnxQuantizer.Quantize(Fp32, Int8, Images(6), new() { Threads = 1, SensitivityImages = 1 });
        var some = OnnxQuantizer.Quantize(Fp32, Int8, Images(6), new() { Threads = 1, SensitivityImages = 1, KeepMostSensitive = 4 });

        Assert.Equal(all.BySensitivity.Take(4).Select(layer => layer.Name).Order(), some.Layers.Where(layer => !layer.IsQuantized).Select(layer => layer.Name).Order());
        Assert.True(some.Error!.Value.Lowest > all.Error!.Value.Lowest + 1);
        AssertSameObjects([.. TestImages.WithManySizes(6)]);
    }

    [Fact]
    public void Quantize_AccuracyBoundThatOnlyFp32Meets_KeepsLayersUntilItIsMet()
    {
        var (_, val) = SceneSet.Write(_folder.At("scenes"), new() { Train = 1, Val = 12, Seed = 5 });
        OnnxExporter.Export(Scenes, Fp32);
        var stages = new List<OnnxQuantizationStage>();

        var loose = OnnxQuantizer.Quantize(Fp32, Int8, Images(4), new() { Threads = 1, SensitivityImages = 1, AccuracyBound = new(val.Set, .1) }, new Recorder(stages));
        var tight = OnnxQuantizer.Quantize(Fp32, Int8, Images(4), new() { Threads = 1, SensitivityImages = 1, AccuracyBound = new(val.Set, 0) });

        Assert.All(loose.Layers, layer => Assert.True(layer.IsQuantized));
        Assert.InRange(loose.Accuracy!.Drop, -.1, .1);
        Assert.True(tight.Accuracy!.Drop <= 0);
        Assert.Equal(Evaluate(Int8, val.Set), tight.Accuracy.Int8);
        Assert.Equal([OnnxQuantizationStage.Calibration, OnnxQuantizationStage.Sensitivity, OnnxQuantizationStage.Evaluation], stages.Distinct());
        Assert.Equal(["fp32.onnx", "int8.onnx"], Directory.EnumerateFiles(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Quantize_TwiceOrForeign_ThrowsWithTheRemedy()
    {
        OnnxExporter.Export(Scenes, Fp32);
        OnnxQuantizer.Quantize(Fp32, Int8, Images(1), new() { Threads = 1, SensitivityImages = 0 });
        File.WriteAllText(_folder.At("text.onnx"), "no protobuf");
        File.WriteAllBytes(_folder.At("half.onnx"), File.ReadAllBytes(Fp32)[..100_000]);
        var before = File.ReadAllBytes(Int8);

        foreach (var (file, reason) in (ReadOnlySpan<(string, string)>)[
            (Int8, "quantized already"), (_folder.At("none.onnx"), "does not exist"), (_folder.At("text.onnx"), "export it again"), (_folder.At("half.onnx"), "export it again"),
            (RetinaSharp.Detection.Weights.PretrainedWeights.ImageNetFile, "was not exported by RetinaSharp")])
        {
            var error = Assert.Throws<OnnxModelException>(() => OnnxQuantizer.Quantize(file, Int8, Images(1)));
            Assert.Contains(reason, error.Message);
            Assert.Equal(file, error.File);
        }

        Assert.Equal(before, File.ReadAllBytes(Int8));
    }

    [Fact]
    public void Quantize_WrongOptions_Throws()
    {
        OnnxExporter.Export(Scenes, Fp32);

        Assert.Contains("its layers are backbone.body.conv1", Refused(new() { KeepInFp32 = ["backbone.conv"] }));
        Assert.Contains("0.05", Refused(new() { MinScore = .05 }));
        Assert.Contains("1 or more", Refused(new() { CalibrationImages = 0 }));
        Assert.Contains("0 or more", Refused(new() { Threads = 1, SensitivityImages = -1 }));
        Assert.Contains("most sensitive", Refused(new() { Threads = 1, SensitivityImages = 0, KeepMostSensitive = 1 }));
        Assert.Contains("0 or more", Refused(new() { KeepMostSensitive = -1 }));
        Assert.Contains("0 or more", Refused(new() { Threads = -1 }));
        Assert.Contains("[0, 1]", Refused(new() { AccuracyBound = new(new() { Source = "", Categories = [], Images = [] }, double.NaN) }));
        Assert.Contains("At least one", Assert.Throws<ArgumentException>(() => OnnxQuantizer.Quantize(Fp32, Int8, Array.Empty<string>())).Message);
        Assert.False(File.Exists(Int8));

        string Refused(OnnxQuantizationOptions options) => Assert.Throws<ArgumentException>(() => OnnxQuantizer.Quantize(Fp32, Int8, Images(1), options)).Message;
    }

    [Fact]
    public async Task Quantize_UnreadableImageOrCancellation_WritesNothing()
    {
        OnnxExporter.Export(Scenes, Fp32);
        File.WriteAllText(_folder.At("image.png"), "no image");

        Assert.Contains("image.png", Assert.Throws<ImageException>(() => OnnxQuantizer.Quantize(Fp32, Int8, [_folder.At("image.png")])).Message);
        Assert.Contains("image.png", Assert.Throws<ImageException>(() => OnnxQuantizer.Quantize(Fp32, Int8, [_folder.At("image.png")], new() { OnImageError = _ => { } })).Message);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OnnxQuantizer.QuantizeAsync(Fp32, Int8, Images(2), cancellationToken: new(canceled: true)));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OnnxQuantizer.QuantizeAsync(
            Fp32, Int8, Images(2).ToAsyncEnumerable(), progress: new Canceler(stop), cancellationToken: stop.Token));
        Assert.False(File.Exists(Int8));
    }

    [Fact]
    public void Quantize_OnImageError_SkipsTheImage()
    {
        OnnxExporter.Export(Scenes, Fp32);
        File.WriteAllText(_folder.At("image.png"), "no image");
        var errors = new List<string>();

        var result = OnnxQuantizer.Quantize(Fp32, Int8, [_folder.At("image.png"), .. Images(2)], new() { Threads = 1, SensitivityImages = 0, OnImageError = error => errors.Add(error.Message) });

        Assert.Contains("image.png", Assert.Single(errors));
        Assert.Equal((2, 0), (result.CalibrationImages, result.ErrorImages));
    }

    private static IEnumerable<ImageSource> Images(int count) => TestImages.WithManySizes(count).Select(ImageSource.FromImage);

    private void AssertSameObjects(Image[] images)
    {
        using var expected = OnnxDetector.Load(Fp32, new() { ScoreThreshold = .3 });
        using var actual = OnnxDetector.Load(Int8, new() { ScoreThreshold = .2 });
        var (found, missing) = (0, 0);
        foreach (var image in images)
        {
            var other = actual.Detect(image);
            foreach (var one in expected.Detect(image))
            {
                found++;
                missing += other.Any(detection => detection.Class == one.Class && Math.Abs(detection.Score - one.Score) < .1 && Iou.Compute(detection.Box, one.Box) > .85) ? 0 : 1;
            }
        }

        Assert.True(found >= 4 && missing <= found / 10, $"{missing} of {found}");
    }

    private static double Evaluate(string model, DetectionDataset groundTruth)
    {
        using var detector = OnnxDetector.Load(model);
        return DatasetEvaluator.Evaluate(detector, groundTruth).Metrics.AP;
    }

    private sealed class Recorder(List<OnnxQuantizationStage> stages) : IProgress<OnnxQuantizationProgress>
    {
        public void Report(OnnxQuantizationProgress value) => stages.Add(value.Stage);
    }

    private sealed class Canceler(CancellationTokenSource stop) : IProgress<OnnxQuantizationProgress>
    {
        public void Report(OnnxQuantizationProgress value)
        {
            if (value.Stage == OnnxQuantizationStage.Sensitivity)
                stop.Cancel();
        }
    }
}
