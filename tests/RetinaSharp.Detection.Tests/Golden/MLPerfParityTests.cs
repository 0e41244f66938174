using System.Security.Cryptography;
using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Golden;

/// <summary>MLPerf's RetinaNet: its import, the stretch of images to a square, and its outputs beside torchvision's.</summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public sealed class MLPerfParityTests(MLPerfModel model) : LeakCheck, IClassFixture<MLPerfModel>
{
    private const int Side = 96;

    private static JsonElement Golden => MLPerfModel.Golden;

    private static InputSize Input => InputSize.Square(Side);

    [Fact]
    public void Import_Checkpoint_TakesEveryWeight()
    {
        Assert.Empty(model.Import.Unexpected);
        Assert.Equal(Golden.GetProperty("tensors").EnumerateObject().Count(), model.Import.ImportedCount);
        Assert.Equal("RetinaNet on resnext50_32x4d of width 1, 264 classes (MLPerf)", model.Import.Architecture);
        var settings = Detector.Describe(model.Import.File).Settings.Model;
        Assert.Equal(("resnext50_32x4d", 1.0, NormKind.Frozen), (ResNetVariant.Create(settings).Name, settings.Width, settings.Norm));
        Assert.Equal((256, P6Source.P5, 4, false), (settings.PyramidChannels, settings.P6From, settings.HeadConvolutions, settings.HeadNorm));
        Assert.Equal(AnchorCompatibility.Torchvision, settings.Anchors.Compatibility);
    }

    [Fact]
    public void Import_Checkpoint_HasMLPerfsInputAndClasses()
    {
        var description = Detector.Describe(model.Import.File);

        Assert.Equal(InputSize.Square(800), description.Settings.Input);
        Assert.Equal(InputSize.Square(800), model.InitialSettings.Input);
        Assert.Equal(new InferenceSettings { ScoreThreshold = .05, MaxCandidates = 1000, NmsIouThreshold = .5, MaxDetections = 300 }, description.Settings.Inference);
        // The first class is no background.
        Assert.False(description.Settings.Model.BackgroundClass);
        Assert.Equal(Enumerable.Range(0, 264).Select(index => (long)index), description.Categories.Select(category => category.Id));
    }

    [Fact]
    public void Create_PicturesThatAreStretched_PixelsAreTorchvisions()
    {
        using var images = ImageBatch.Create(Pictures(), Input, new());

        Assert.Equal((Side, Side), (images.Width, images.Height));
        foreach (var (i, digest) in Golden.GetProperty("pixels").EnumerateArray().Index())
        {
            var pixels = new byte[Side * Side * 3];
            images.CopyImage(i, pixels);
            Assert.Equal(digest.GetString(), Convert.ToHexStringLower(SHA256.HashData(pixels)));
        }
    }

    [Fact]
    public void ToSource_BoxesOfStretchedPhotographs_AreTorchvisions()
    {
        var stretched = Boxes(Golden.GetProperty("stretched"));
        foreach (var photograph in Golden.GetProperty("photographs").EnumerateArray())
        {
            var (width, height) = (photograph.GetProperty("size")[0].GetInt32(), photograph.GetProperty("size")[1].GetInt32());

            var fit = InputSize.Square(800).Fit(width, height);

            Assert.Equal(new ImageGeometry(width, height, 800, 800), fit);
            foreach (var (box, wanted) in stretched.Zip(Boxes(photograph.GetProperty("boxes"))))
            {
                var found = fit.ToSource(box);
                Assert.Equal(wanted.X1, found.X1, 1e-3f);
                Assert.Equal(wanted.Y1, found.Y1, 1e-3f);
                Assert.Equal(wanted.X2, found.X2, 1e-3f);
                Assert.Equal(wanted.Y2, found.Y2, 1e-3f);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_PicturesThatAreStretched_OutputsAreTorchvisions(bool fused)
    {
        using var kernels = new KernelSetting(fused);
        using var state = ModelFile.Load(model.Import.File).State;
        using var network = new RetinaNet(state);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using var images = ImageBatch.Create(Pictures(), Input, new());

        var outputs = network.call(Preprocessing.Input(images, network));

        var levels = Golden.GetProperty("levels").EnumerateArray().ToArray();
        Assert.Equal(levels.Length, outputs.Length);
        foreach (var (level, output) in levels.Zip(outputs))
        {
            TorchvisionParityTests.AssertClose(level.GetProperty("logits"), output.Logits, 1e-4, "logits");
            TorchvisionParityTests.AssertClose(level.GetProperty("deltas"), output.BoxOutputs, 1e-4, "deltas");
        }
    }

    [Fact]
    public void Detect_PicturesThatAreStretched_DetectionsAreTorchvisions()
    {
        using var detector = Detector.Load(model.Import.File, new() { Precision = Precision.Fp32, MaxDetections = 30, Input = Input });

        TorchvisionParityTests.AssertDetections(Golden, detector.Detect(Pictures()));
    }

    // Of values that are whole numbers after the stretch, too, as make_mlperf_golden.py says.
    private static Image[] Pictures() => [Picture(0, 48, 24), Picture(1, 24, 48)];

    private static Image Picture(int index, int width, int height) =>
        new(width, height, [.. FormulaWeights.Uniform($"image {index}", (long)width * height * 3).Select(u => (byte)(32 * Math.Floor((u + 1) * 4)))]);

    private static Box[] Boxes(JsonElement rows) =>
        [.. rows.EnumerateArray().Select(row => new Box(row[0].GetSingle(), row[1].GetSingle(), row[2].GetSingle(), row[3].GetSingle()))];
}
