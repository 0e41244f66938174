using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Onnx;
using RetinaSharp.Onnx.Tests;

namespace RetinaSharp.OnnxRuntime.Tests;

/// <summary>Holds the detections of exported models in ONNX Runtime against those of LibTorch.</summary>
[Trait("Category", "Slow")]
public sealed class OnnxDetectorTests : LeakCheck
{
    private static readonly string Scenes = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Models => [.. TestModels.All.Keys];

    private string Model => _folder.At("model.onnx");

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Theory]
    [InlineData(null, null, 0, false)]
    [InlineData(.02, 20, 0, false)]
    [InlineData(null, null, 160, false)]
    [InlineData(null, null, 0, true)]
    public async Task DetectMany_ImagesOfManySizes_EqualsLibTorch(double? threshold, int? detections, int tile, bool tta)
    {
        OnnxExporter.Export(Scenes, Model);
        using var expected = Detector.Load(Scenes, new() { Precision = Precision.Fp32, Threads = 1, ScoreThreshold = threshold, MaxDetections = detections, Tile = tile, TestTimeAugmentation = tta });
        using var detector = OnnxDetector.Load(Model, new() { Threads = 1, ScoreThreshold = threshold, MaxDetections = detections, Tile = tile, TestTimeAugmentation = tta });
        // Pairs of equal size are batches of two.
        Image[] images = [.. TestImages.WithManySizes(6), .. TestImages.WithManySizes(3)];

        var found = await detector.DetectManyAsync(images, batch: 4, cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected.Categories, detector.Categories);
        Assert.Equal(expected.Input, detector.Input);
        Assert.Equal(images.Length, found.Count);
        for (var i = 0; i < images.Length; i++)
            DetectorComparisonAssert.Same(expected, images[i], found[i]);
    }

    [Fact]
    public async Task Detect_ConcurrentCallers_EqualsOneCaller()
    {
        OnnxExporter.Export(Scenes, Model);
        using var detector = OnnxDetector.Load(Model, new() { Threads = 1 });
        Image[] images = [.. TestImages.WithManySizes(4)];
        var expected = images.Select(image => detector.Detect(image)).ToArray();

        await Parallel.ForAsync(0, 40, TestContext.Current.CancellationToken, async (i, token) => Assert.Equal(expected[i % 4], await detector.DetectAsync(images[i % 4], token)));
    }

    [Fact]
    public void Load_StretchedInputAndCategories_AreThoseOfTheModel()
    {
        var settings = TestModels.All.Values.First() with { Input = InputSize.Square(96) };
        TestModels.Write(_folder.At("model.safetensors"), settings);
        OnnxExporter.Export(_folder.At("model.safetensors"), Model);

        using var detector = OnnxDetector.Load(Model);

        Assert.Equal(settings.Input, detector.Input);
        Assert.Equal(Detector.Describe(_folder.At("model.safetensors")).Categories, detector.Categories);
    }

    [Fact]
    public void Load_OtherSuppressionThanExported_ThrowsWithTheRemedy()
    {
        OnnxExporter.Export(Scenes, Model);

        Assert.Contains("export it again", Assert.Throws<ArgumentException>(() => OnnxDetector.Load(Model, new() { Suppression = SuppressionKind.SoftGaussian })).Message);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task DetectMany_RawOutputs_EqualsLibTorch(string name)
    {
        var path = _folder.At("model.safetensors");
        TestModels.Write(path, TestModels.All[name]);
        OnnxExporter.Export(path, Model, new() { Outputs = OnnxOutputs.Raw });
        using var expected = Detector.Load(path, new() { Precision = Precision.Fp32, Threads = 1, Suppression = SuppressionKind.SoftGaussian });
        using var detector = OnnxDetector.Load(Model, new() { Threads = 1, Suppression = SuppressionKind.SoftGaussian });
        Image[] images = [.. TestImages.WithManySizes(4), .. TestImages.WithManySizes(2)];

        var found = await detector.DetectManyAsync(images, batch: 4, cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Detector.Describe(path).ToDetectionModel().Anchors.Scales, detector.Description.Model.Anchors.Scales);
        for (var i = 0; i < images.Length; i++)
            DetectorComparisonAssert.Same(expected, images[i], found[i]);
    }

    [Fact]
    public void Detect_RawOutputsOfMixedSizes_EqualsOneByOne()
    {
        OnnxExporter.Export(Scenes, Model, new() { Outputs = OnnxOutputs.Raw });
        using var detector = OnnxDetector.Load(Model, new() { Threads = 1 });
        Image[] images = [.. TestImages.WithManySizes(4)];

        Assert.Equal(images.Select(image => detector.Detect(image)), detector.Detect(images, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(3)]
    public void Detect_PaddedOutputs_EqualsDetections(int detections)
    {
        OnnxExporter.Export(Scenes, Model, new() { ScoreThreshold = .2 });
        OnnxExporter.Export(Scenes, _folder.At("padded.onnx"), new() { ScoreThreshold = .2, Outputs = OnnxOutputs.Padded, MaxDetections = 20 });
        using var expected = OnnxDetector.Load(Model, new() { Threads = 1, MaxDetections = detections });
        using var detector = OnnxDetector.Load(_folder.At("padded.onnx"), new() { Threads = 1, MaxDetections = detections });
        Image[] images = [.. TestImages.WithManySizes(5), new(64, 64, new byte[64 * 64 * 3])];

        Assert.Equal(expected.Detect(images, TestContext.Current.CancellationToken), detector.Detect(images, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => OnnxDetector.Load(_folder.At("padded.onnx"), new() { MaxDetections = 21 }));
    }

    [Theory]
    [InlineData(18)]
    [InlineData(OnnxExportOptions.MaxOperatorSet)]
    public void Detect_NewerOperatorSet_EqualsTheOldest(int operatorSet)
    {
        Image[] images = [.. TestImages.WithManySizes(3)];
        foreach (var (name, settings) in TestModels.All)
        {
            var path = _folder.At("model.safetensors");
            TestModels.Write(path, settings);
            OnnxExporter.Export(path, Model);
            OnnxExporter.Export(path, _folder.At("newer.onnx"), new() { OperatorSet = operatorSet });
            using var expected = OnnxDetector.Load(Model, new() { Threads = 1 });
            using var detector = OnnxDetector.Load(_folder.At("newer.onnx"), new() { Threads = 1 });

            Assert.True(expected.Detect(images[0]).Count > 0, name);
            Assert.Equal(expected.Detect(images, TestContext.Current.CancellationToken), detector.Detect(images, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Load_FixedSize_IsForModelsThatStretchToIt()
    {
        OnnxExporter.Export(Scenes, Model, new() { Size = (256, 256) });
        Assert.Contains("256 x 256 pixels only", Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(Model)).Message);

        var path = _folder.At("model.safetensors");
        TestModels.Write(path, TestModels.All.Values.First() with { Input = InputSize.Square(96) });
        OnnxExporter.Export(path, Model, new() { Size = (96, 96) });
        OnnxExporter.Export(path, _folder.At("dynamic.onnx"));
        using var detector = OnnxDetector.Load(Model, new() { Threads = 1 });
        using var expected = OnnxDetector.Load(_folder.At("dynamic.onnx"), new() { Threads = 1 });
        Image[] images = [.. TestImages.WithManySizes(3)];

        Assert.Equal((96, 96), detector.Description.Size);
        Assert.Equal(expected.Detect(images, TestContext.Current.CancellationToken), detector.Detect(images, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Load_ChangedWeight_ThrowsUnlessTheChecksumIsIgnored()
    {
        OnnxExporter.Export(Scenes, Model);
        var bytes = File.ReadAllBytes(Model);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(Model, bytes);

        Assert.Contains("differs from its checksum", Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(Model)).Message);
        OnnxDetector.Load(Model, new() { VerifyChecksum = false }).Dispose();
    }

    [Fact]
    public void Load_NewerFormat_ThrowsWithTheRemedy()
    {
        OnnxExporter.Export(Scenes, Model);
        var bytes = File.ReadAllBytes(Model);
        var key = bytes.AsSpan().LastIndexOf("format"u8);
        Assert.Equal("\u0012\u00012"u8, bytes.AsSpan(key + 6, 3));
        bytes[key + 8] = (byte)'9';
        File.WriteAllBytes(Model, bytes);

        Assert.Contains("update RetinaSharp", Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(Model)).Message);
    }

    [Theory]
    [InlineData("tile", "320", "001")]
    [InlineData("anchor_levels", "[LEVELS]", "[333]")]
    [InlineData("score_threshold", "0.05", "1.05")]
    public void Load_MetadataOutOfRange_Throws(string key, string value, string other)
    {
        var path = _folder.At("model.safetensors");
        TestModels.Write(path, TestModels.All.Values.First() with { Tile = 320 });
        OnnxExporter.Export(path, Model);
        var anchors = OnnxDetector.Describe(Model).Model.Anchors;
        value = value.Replace("LEVELS", $"{anchors.MinLevel},{anchors.MaxLevel}", StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(Model);
        byte[] entry = [.. System.Text.Encoding.ASCII.GetBytes(key), 0x12, (byte)value.Length, .. System.Text.Encoding.ASCII.GetBytes(value)];
        var at = bytes.AsSpan().LastIndexOf(entry);
        Assert.NotEqual(-1, at);
        System.Text.Encoding.ASCII.GetBytes(other).CopyTo(bytes, at + entry.Length - value.Length);
        File.WriteAllBytes(Model, bytes);

        Assert.Contains("malformed", Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(Model)).Message);
    }

    [Fact]
    public void Load_TestTimeAugmentationOfAFixedSize_ThrowsWithTheRemedy()
    {
        var path = _folder.At("model.safetensors");
        TestModels.Write(path, TestModels.All.Values.First() with { Input = InputSize.Square(96) });
        OnnxExporter.Export(path, Model, new() { Size = (96, 96) });

        Assert.Contains("dynamic sizes", Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(Model, new() { TestTimeAugmentation = true })).Message);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Describe_EveryKindOfModel_IsThatOfTheWeights(string name)
    {
        var path = _folder.At("model.safetensors");
        var settings = TestModels.All[name] with { Tile = 320 };
        TestModels.Write(path, settings);
        OnnxExporter.Export(path, Model, new() { ScoreThreshold = .07 });

        var (description, expected) = (OnnxDetector.Describe(Model), Detector.Describe(path).ToDetectionModel());

        Assert.Equal((2, OnnxOutputKind.Detections, "fp32", null), (description.Format, description.Outputs, description.Precision, description.Size));
        Assert.Equal(settings.Loss.HasBackgroundOutput, description.HasBackgroundOutput);
        Assert.Equal(expected.Inference with { ScoreThreshold = .07 }, description.Model.Inference);
        Assert.Equal((expected.Input, expected.Tile), (description.Model.Input, description.Model.Tile));
        Assert.Equivalent(expected.Anchors, description.Model.Anchors);
        Assert.Equal((expected.BoxOutputs.Count, expected.BoxOutputs.HasCenterness), (description.Model.BoxOutputs.Count, description.Model.BoxOutputs.HasCenterness));
        Assert.Equal(expected.BoxOutputs.Coding.GetType(), description.Model.BoxOutputs.Coding.GetType());
    }

    [Fact]
    public void Load_Corrupt_ThrowsWithTheFile()
    {
        OnnxExporter.Export(Scenes, Model);
        var bytes = File.ReadAllBytes(Model);
        foreach (var corrupt in new[] { [], bytes[..(bytes.Length / 2)], "no protobuf"u8.ToArray() })
        {
            File.WriteAllBytes(Model, corrupt);
            Assert.Equal(Model, Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(Model)).File);
        }
    }

    [Fact]
    public void Load_Missing_Throws() => Assert.Contains("does not exist", Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(Model)).Message);

    [Fact]
    public void Load_NotExportedByUs_Throws()
    {
        var error = Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(RetinaSharp.Detection.Weights.PretrainedWeights.ImageNetFile));

        Assert.Contains("was not exported by RetinaSharp", error.Message);
    }

    [Fact]
    public void Load_ConfigureSession_IsCalledWithTheThreads()
    {
        OnnxExporter.Export(Scenes, Model);
        var threads = 0;

        using var detector = OnnxDetector.Load(Model, new() { Threads = 1, ConfigureSession = session => threads = session.IntraOpNumThreads });

        Assert.Equal(1, threads);
    }
}
