using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Training on slices of images that are four times as large as the input, with objects of a few pixels.</summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public sealed class SlicedTrainingTests : LeakCheck
{
    private const int Side = 256, Tile = 64, ObjectsPerImage = 6, Steps = 160;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    public override void Dispose()
    {
        _folder.Delete(recursive: true);
        base.Dispose();
    }

    [Fact]
    public void Train_SmallObjectsInLargeImages_SlicesReachAHigherAp()
    {
        var (train, validation) = (Create("train", 8), Create("validation", 4));
        var settings = TinyRun.With(training => training with { Batch = 8, LearningRate = 5e-3, Ema = .9 }) with { Input = new(Tile, Tile) };
        var samples = TrainingTiles.Create(settings with { Tile = Tile })!.Slice(train).Images.Count;
        var sliced = settings with { Tile = Tile, Training = settings.Training with { Epochs = Steps / (samples / 8) } };
        var whole = settings with { Training = settings.Training with { Epochs = Steps } };

        var reports = new TinyRun.Reports();
        TinyRun.Train(sliced, train, At("sliced"), reports: reports);
        TinyRun.Train(whole, train, At("whole"));

        Assert.Contains(reports.Messages, message => message.Contains($"Slices of {Tile} pixels: {samples} training samples from 8 images"));
        Assert.Equal((Tile, 8), (Detector.Describe(At("sliced")).Settings.Tile, Detector.Describe(At("sliced")).TrainingImages));
        var (slicedAP, wholeAP, offAP) = (AP("sliced"), AP("whole"), AP("sliced", tile: 0));
        TestContext.Current.SendDiagnosticMessage($"AP50 after {Steps} steps: {slicedAP:0.000} sliced, {wholeAP:0.000} with whole images, {offAP:0.000} sliced but evaluated on whole images");
        Assert.True(slicedAP > .4 && slicedAP > wholeAP + .3 && slicedAP > offAP + .3, $"AP50 {slicedAP}, {wholeAP}, {offAP}");
        Assert.Equal(slicedAP, AP("sliced", tile: Tile));

        double AP(string run, int? tile = null)
        {
            using var detector = Detector.Load(At(run), new() { Precision = Precision.Fp32, Tile = tile });
            return DatasetEvaluator.Evaluate(detector, validation).Metrics.AP50;
        }
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Red and blue squares of 10 to 14 pixels on gray noise.</summary>
    private DetectionDataset Create(string name, int count)
    {
        var images = new List<AnnotatedImage>();
        for (var i = 0; i < count; i++)
        {
            var random = new RandomStream(5, name, i);
            var pixels = new byte[Side * Side * 3];
            for (var k = 0; k < pixels.Length; k++)
                pixels[k] = (byte)(100 + random.NextInt(50));
            var annotations = new List<Annotation>();
            for (var k = 0; k < ObjectsPerImage; k++)
            {
                // A column of the image for each object, so that they do not overlap.
                var side = 10 + random.NextInt(5);
                var column = Side / ObjectsPerImage;
                var (x, y, category) = (k * column + random.NextInt(column - side), random.NextInt(Side - side), random.NextInt(2));
                for (var row = y; row < y + side; row++)
                    for (var pixel = x; pixel < x + side; pixel++)
                    {
                        var rgb = pixels.AsSpan((row * Side + pixel) * 3, 3);
                        rgb.Clear();
                        rgb[category * 2] = 250;
                    }

                annotations.Add(new() { Id = 100 * i + k + 1, Category = category, Box = new BoxXywh(x, y, side, side), Area = side * side });
            }

            var path = At($"{name}{i}.png");
            new Image(Side, Side, pixels).Save(path);
            images.Add(new() { Id = i + 1, FileName = Path.GetFileName(path), Path = path, Width = Side, Height = Side, Annotations = annotations });
        }

        return new() { Source = name, Categories = [new(1, "red"), new(2, "blue")], Images = images };
    }
}
