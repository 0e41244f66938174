using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Inference.Postprocessing;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Compares the outputs of exported models in ONNX Runtime with those of the library.</summary>
[Trait("Category", "Slow")]
public sealed class OnnxDetectionsTests(ITestOutputHelper log) : LeakCheck
{
    private const float Tolerance = 1e-3f;

    private static readonly string Scenes = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();

    private string Out => _folder.At("model.onnx");

    public static TheoryData<string> Models => [.. TestModels.All.Keys];

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Run_TrainedModelOnManySizes_MatchesLibrary() => AssertSame(Scenes, TestImages.WithManySizes(50), minCount: 300);

    [Theory]
    [MemberData(nameof(Models))]
    public void Run_EveryKindOfModel_MatchesLibrary(string name)
    {
        TestModels.Write(_folder.At("model.safetensors"), TestModels.All[name]);
        // For group norms LibTorch sums squares in fp32, which loses precision if means are large.
        var hasGroupNorms = TestModels.All[name].Model is { Norm: NormKind.Group } or { HeadNorm: true };
        AssertSame(_folder.At("model.safetensors"), TestImages.WithManySizes(10), minCount: 50, pixels: hasGroupNorms ? .01f : Tolerance);
    }

    [SharedDataFact]
    public void Run_Photos_MatchesLibrary() =>
        AssertSame(Scenes, Directory.EnumerateFiles(SharedData.At("data", "bccd", "JPEGImages")).Order(StringComparer.Ordinal).Take(10).Select(path => Image.Load(path)), minCount: 100);

    [Fact]
    public void Run_OtherThresholds_MatchesLibrary()
    {
        AssertSame(Scenes, TestImages.WithManySizes(8), minCount: 16, new() { ScoreThreshold = .2, NmsIouThreshold = .2, MaxDetections = 4 });
        AssertSame(Scenes, TestImages.WithManySizes(2), minCount: 1000, new() { ScoreThreshold = 0, NmsIouThreshold = 1, MaxDetections = 1000 });
    }

    [Theory]
    [InlineData(SuppressionKind.ClassWise)]
    [InlineData(SuppressionKind.ClassAgnostic)]
    [InlineData(SuppressionKind.Voting)]
    [InlineData(SuppressionKind.None)]
    public void Run_SettingsAsInputs_GivesTheSameAsAFileExportedWithThem(SuppressionKind suppression)
    {
        OnnxExporter.Export(Scenes, Out, new() { Suppression = suppression });
        OnnxExporter.Export(Scenes, _folder.At("set.onnx"), new() { Suppression = suppression, ScoreThreshold = .01, NmsIouThreshold = .3, MaxDetections = 17 });
        OnnxBatch[] images = [.. TestImages.WithManySizes(4).Select(image => OnnxBatch.Create(image, new(256, 256)))];

        var expected = OnnxRuntime.Run(_folder.At("set.onnx"), images);
        var found = suppression == SuppressionKind.None
            ? OnnxRuntime.Run(Out, images, OnnxRuntime.Setting("score_threshold", .01f), OnnxRuntime.Setting("max_detections", 17L))
            : OnnxRuntime.Run(Out, images, OnnxRuntime.Setting("score_threshold", .01f), OnnxRuntime.Setting("max_detections", 17L), OnnxRuntime.Setting("nms_iou", .3f));

        Assert.Contains(expected, output => output["scores"].Data.Length == 17);
        Assert.Contains(expected, output => output["scores"].Data.Any(score => score < .05f));
        Assert.Equal(expected.SelectMany(Numbers), found.SelectMany(Numbers));

        static IEnumerable<float> Numbers(IReadOnlyDictionary<string, OnnxTensor> output) => output.OrderBy(one => one.Key, StringComparer.Ordinal).SelectMany(one => one.Value.Data);
    }

    [Fact]
    public void Run_NoDetections_IsEmpty()
    {
        OnnxExporter.Export(Scenes, Out, new() { ScoreThreshold = .999 });

        var found = Assert.Single(OnnxRuntime.Run(Out, [new(64, 96, new byte[64 * 96 * 3])]));

        Assert.Equal([0, 4], found["boxes"].Dims);
        Assert.All(["scores", "labels", "image"], name => Assert.Equal([0], found[name].Dims));
    }

    [Fact]
    public void Run_Batch_MatchesSingleImages()
    {
        OnnxExporter.Export(Scenes, Out);
        var images = TestImages.WithManySizes(3).Select(image => image.Resize(200, 136).Pixels.ToArray()).ToArray();

        var runs = OnnxRuntime.Run(Out, [.. images.Select(pixels => new OnnxBatch(136, 200, pixels)), new(136, 200, [.. images.SelectMany(pixels => pixels)])]);

        var together = runs[^1];
        // One of them may have no detections; the image indices of the others must still be correct.
        Assert.True(together["image"].Data.Distinct().Count() >= 2);
        Assert.Equal(runs.Take(3).SelectMany((run, i) => run["image"].Data.Select(_ => (float)i)), together["image"].Data);
        Assert.All(["boxes", "scores", "labels"], name => Assert.Equal(runs.Take(3).SelectMany(run => run[name].Data), together[name].Data, (a, b) => Math.Abs(a - b) < Tolerance));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Run_Raw_GivesNetworkOutputsAndAnchors(string name)
    {
        var model = _folder.At("model.safetensors");
        TestModels.Write(model, TestModels.All[name]);
        OnnxExporter.Export(model, Out, new() { Outputs = OnnxOutputs.Raw });
        var image = TestImages.WithManySizes(1).Single().Resize(151, 70);

        var raw = Assert.Single(OnnxRuntime.Run(Out, [new(70, 151, image.Pixels.ToArray())]));

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var (state, description) = ModelFile.Load(model);
        using var closing = state;
        using var network = new RetinaNet(state);
        using var batch = ImageBatch.Create([image], new(70, 151), new());
        var outputs = network.call(Preprocessing.Input(batch, network));
        var anchors = new AnchorGenerator(description.Settings.Model.Anchors).Generate(batch.Height, batch.Width).Boxes.ToArray();
        Assert.Equal(outputs.SelectMany(level => level.Logits.Elements<float>().ToArray()), raw["logits"].Data, (a, b) => Math.Abs(a - b) < Tolerance);
        Assert.Equal(outputs.SelectMany(level => level.BoxOutputs.Elements<float>().ToArray()), raw[BoxOutputs(description)].Data, (a, b) => Math.Abs(a - b) < Tolerance);
        Assert.Equal([anchors.Length, 4], raw["anchors"].Dims);
        Assert.Equal(anchors.SelectMany(box => new[] { box.X1, box.Y1, box.X2, box.Y2 }), raw["anchors"].Data);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Run_Detections_MatchLibraryPostprocessingOfRawOutputs(string name) => AssertPostprocessing(name, SuppressionKind.ClassWise);

    [Theory]
    [InlineData("bottlenecks, torchvision's anchors", SuppressionKind.ClassAgnostic)]
    [InlineData("group norms, softmax", SuppressionKind.ClassAgnostic)]
    [InlineData("bottlenecks, torchvision's anchors", SuppressionKind.None)]
    [InlineData("points, center-ness", SuppressionKind.None)]
    [InlineData("points, center-ness", SuppressionKind.Voting)]
    [InlineData("the preset pretrained", SuppressionKind.Voting)]
    [InlineData("bottlenecks, torchvision's anchors", SuppressionKind.Voting)]
    public void Run_OtherSuppression_MatchesLibraryPostprocessingOfRawOutputs(string name, SuppressionKind kind) => AssertPostprocessing(name, kind);

    private static string BoxOutputs(ModelDescription description) => description.Settings.Model.BoxOutputs == BoxHeadOutputs.Delta ? "deltas" : "box_outputs";

    private void AssertPostprocessing(string name, SuppressionKind kind)
    {
        var model = _folder.At("model.safetensors");
        TestModels.Write(model, TestModels.All[name]);
        var options = new OnnxExportOptions { ScoreThreshold = .01, MaxDetections = 500, Suppression = kind };
        OnnxExporter.Export(model, Out, options);
        OnnxExporter.Export(model, _folder.At("raw.onnx"), new() { Outputs = OnnxOutputs.Raw });
        OnnxBatch[] images = [.. TestImages.WithManySizes(4).Select(image => OnnxBatch.Create(image, TestModels.All[name].Input))];

        var (found, raw) = (OnnxRuntime.Run(Out, images), OnnxRuntime.Run(_folder.At("raw.onnx"), images));

        using var scope = NewDisposeScope();
        var description = Detector.Describe(model);
        var (generator, postprocessor) = (new AnchorGenerator(description.Settings.Model.Anchors), new Postprocessor(options.ApplyTo(description.Settings.Inference), description.Categories, description.Settings.Model.BoxOutputs));
        for (var i = 0; i < images.Length; i++)
        {
            var (height, width) = (images[i].Height, images[i].Width);
            var anchors = generator.Generate((height + 31) / 32 * 32, (width + 31) / 32 * 32);
            using var output = TorchOutput.Create([.. anchors.Levels.Select(level => new LevelOutput(Part(raw[i]["logits"], level), Part(raw[i][BoxOutputs(description)], level)))], description.Categories.Count);
            var expected = Assert.Single(postprocessor.Run(output, anchors, [new(width, height, width, height)]));
            Assert.InRange(expected.Count, 25, 500);
            Assert.Equal(expected.Select(one => one.Class), found[i]["labels"].Data.Select(label => (int)label));
            Assert.Equal(expected.Select(one => one.Score), found[i]["scores"].Data, (a, b) => Math.Abs(a - b) < 1e-6);
            Assert.Equal(expected.SelectMany(one => new[] { one.Box.X1, one.Box.Y1, one.Box.X2, one.Box.Y2 }), found[i]["boxes"].Data, (a, b) => Math.Abs(a - b) < 1e-3);
        }

        static Tensor Part(OnnxTensor output, AnchorLevel level)
        {
            var numbers = (int)output.Dims[2];
            return TensorMemory.Create<float>(output.Data.AsSpan(level.Offset * numbers, level.Count * numbers), ScalarType.Float32, 1, level.Count, numbers);
        }
    }

    private void AssertSame(string model, IEnumerable<Image> from, int minCount, OnnxExportOptions? options = null, float pixels = Tolerance)
    {
        OnnxExporter.Export(model, Out, options);
        using var detector = Detector.Load(model, new()
        {
            Precision = Precision.Fp32,
            Threads = 1,
            ScoreThreshold = options?.ScoreThreshold,
            NmsIouThreshold = options?.NmsIouThreshold,
            MaxDetections = options?.MaxDetections,
        });
        var images = from.ToArray();
        var outputs = OnnxRuntime.Run(Out, images.Select(image => OnnxBatch.Create(image, detector.Input)));

        Assert.Equal(images.Length, outputs.Count);
        var (total, score, box) = (0, 0f, 0f);
        foreach (var (image, output) in images.Zip(outputs))
        {
            var expected = detector.Detect(image);
            var found = Found(output, image, detector.Input.Fit(image.Width, image.Height));
            Assert.Equal(expected.Count, found.Count);
            Assert.Equal(found.OrderByDescending(one => one.Score), found);
            foreach (var one in expected)
            {
                // Scores that are equal up to rounding may be in another order.
                var nearest = found.Where(other => other.Class == one.Class).MinBy(other => Math.Abs(other.Score - one.Score) + Distance(other.Box, one.Box));
                (score, box) = (Math.Max(score, Math.Abs(nearest.Score - one.Score)), Math.Max(box, Distance(nearest.Box, one.Box)));
            }

            total += found.Count;
        }

        log.WriteLine($"{images.Length} images, {total} detections: scores differ by {score} at most, boxes by {box} pixels");
        Assert.True(total >= minCount, $"{total} found");
        Assert.InRange(score, 0, Tolerance);
        Assert.InRange(box, 0, pixels);
    }

    /// <summary>Returns the detections as documented: boxes scaled back to the pixels of the original image.</summary>
    private static List<(int Class, float Score, Box Box)> Found(IReadOnlyDictionary<string, OnnxTensor> output, Image image, ImageGeometry fit) =>
        [.. output["boxes"].Data.Chunk(4).Select((corners, i) => (
            (int)output["labels"].Data[i],
            output["scores"].Data[i],
            fit.ToSource(new(corners[0], corners[1], corners[2], corners[3])).Clip(image.Width, image.Height)))];

    private static float Distance(Box one, Box other) =>
        Math.Max(Math.Max(Math.Abs(one.X1 - other.X1), Math.Abs(one.Y1 - other.Y1)), Math.Max(Math.Abs(one.X2 - other.X2), Math.Abs(one.Y2 - other.Y2)));
}
