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
    private const float ScoreTolerance = 1e-5f, PixelTolerance = .01f;

    private static readonly string Scenes = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();

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
            AssertSame(await expected.DetectAsync(images[i], TestContext.Current.CancellationToken), found[i]);
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

    [Fact]
    public void Load_RawOutputs_ThrowsWithTheRemedy()
    {
        OnnxExporter.Export(Scenes, Model, new() { Outputs = OnnxOutputs.Raw });

        Assert.Contains("needs 'detections'", Assert.Throws<OnnxModelException>(() => OnnxDetector.Load(Model)).Message);
    }

    [Fact]
    public void Load_Damaged_ThrowsWithTheFile()
    {
        OnnxExporter.Export(Scenes, Model);
        var bytes = File.ReadAllBytes(Model);
        foreach (var damaged in new[] { [], bytes[..(bytes.Length / 2)], "no protobuf"u8.ToArray() })
        {
            File.WriteAllBytes(Model, damaged);
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

    private static void AssertSame(IReadOnlyList<DetectedObject> expected, IReadOnlyList<DetectedObject> found)
    {
        Assert.Equal(expected.Count, found.Count);
        foreach (var (one, other) in expected.Zip(found))
        {
            Assert.Equal(one.Category, other.Category);
            Assert.Equal(one.Score, other.Score, ScoreTolerance);
            Assert.Equal(one.Box.X1, other.Box.X1, PixelTolerance);
            Assert.Equal(one.Box.Y1, other.Box.Y1, PixelTolerance);
            Assert.Equal(one.Box.X2, other.Box.X2, PixelTolerance);
            Assert.Equal(one.Box.Y2, other.Box.Y2, PixelTolerance);
        }
    }
}
