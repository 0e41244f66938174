using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Inference;

[Collection(TorchCollection.Name)]
public class DetectorTests(TrainedModel trained) : LeakCheck
{
    [Fact]
    public void Detect_ImagesItLearnt_FindsTheirObjects()
    {
        using var detector = Load();
        var (objects, found) = (0, 0);
        foreach (var image in trained.Set.Images)
        {
            var detections = detector.Detect(image.Path);
            Assert.Equal(detections.OrderByDescending(detection => detection.Score), detections);
            Assert.All(detections, detection => Assert.Equal(trained.Set.Categories[detection.Class], detection.Category));
            foreach (var annotation in image.Annotations)
            {
                objects++;
                found += detections.Any(detection => detection.Class == annotation.Category && detection.Score > .1 && Overlap(detection.Box, annotation.Box.ToCorners()) > .5) ? 1 : 0;
            }
        }
        Assert.True(found >= .7 * objects, $"{found} of {objects}");
    }

    [Fact]
    public void Detect_LargerImage_BoxesInItsPixels()
    {
        using var detector = Load();
        var image = Image.Load(trained.Set.Images[0].Path);
        var large = image.Resize(288, 192);

        var (small, big) = (detector.Detect(image)[0], detector.Detect(large)[0]);

        Assert.Equal(small.Class, big.Class);
        Assert.True(Overlap(small.Box.Scale(3, 3), big.Box) > .7);
    }

    [Fact]
    public void Detect_PathBytesStreamOrPixels_SameResult()
    {
        using var detector = Load();
        var path = trained.Set.Images[0].Path;
        var expected = detector.Detect(path);
        var image = Image.Load(path);
        var bytes = File.ReadAllBytes(path);
        using var file = File.OpenRead(path);

        Assert.NotEmpty(expected);
        Assert.Equal(expected, detector.Detect(bytes));
        Assert.Equal(expected, detector.Detect(new MemoryStream(bytes)));
        Assert.Equal(expected, detector.Detect(file));
        Assert.Equal(expected, detector.Detect(new Image(image.Width, image.Height, image.Pixels)));
    }

    [Fact]
    public void Detect_LargeJpegByPathBytesStreamOrPixels_SameResult()
    {
        using var detector = Load();
        var small = Image.Load(trained.Set.Images[0].Path);
        var path = trained.At("large.jpg");
        // Decoded to a quarter of its sides, and scaled from there.
        small.Resize(5 * small.Width, 5 * small.Height).Save(path);
        var expected = detector.Detect(path);
        var bytes = File.ReadAllBytes(path);

        Assert.NotEmpty(expected);
        Assert.Equal(expected, detector.Detect(bytes));
        Assert.Equal(expected, detector.Detect(new MemoryStream(bytes)));
        Assert.Equal(expected, detector.DetectMany([path]).Single().Detections);
        // Decoded in full, and scaled at once: not the same pixels.
        var whole = detector.Detect(Image.Load(path));
        Assert.Equal(expected[0].Class, whole[0].Class);
        Assert.Equal(expected[0].Score, whole[0].Score, .05f);
        Assert.True(Overlap(expected[0].Box, whole[0].Box) > .9);
    }

    [Fact]
    public void Detect_Corrupt_NamesWhereItCameFrom()
    {
        using var detector = Load();
        var path = trained.At("corrupt.jpg");
        File.WriteAllText(path, "this is no image");
        using var file = File.OpenRead(path);

        Assert.StartsWith($"{path}: ", Assert.Throws<ImageException>(() => detector.Detect(path)).Message);
        Assert.StartsWith($"{path}: ", Assert.Throws<ImageException>(() => detector.Detect(file)).Message);
        Assert.StartsWith("the stream: ", Assert.Throws<ImageException>(() => detector.Detect(new MemoryStream([1, 2, 3]))).Message);
        Assert.StartsWith("the image ", Assert.Throws<ImageException>(() => detector.Detect((byte[])[1, 2, 3])).Message);
    }

    [Fact]
    public void Load_Options_ReplaceTheModels()
    {
        var options = new DetectorOptions { Threads = 2, ScoreThreshold = .01, MaxDetections = 3, Input = new(96, 160) };
        using var detector = Detector.Load(trained.Folder, options);

        Assert.Equal(new(96, 160), detector.Input);
        Assert.Equal(3, detector.Detect(trained.Set.Images[0].Path).Count);
        Assert.Throws<ArgumentException>(() => Detector.Load(trained.Folder, options with { ScoreThreshold = 2 }));
        Assert.Throws<ArgumentException>(() => Detector.Load(trained.Folder, options with { Input = new(0, 0) }));
    }

    [Fact]
    public void Describe_RunFolder_SaysWhatItIs()
    {
        var description = Detector.Describe(trained.Folder);

        Assert.Equal(trained.Set.Categories, description.Categories);
        Assert.Equal("rectangles", description.TrainingData);
        Assert.Equal(12, description.TrainingImages);
        Assert.Equal(18, description.Settings.Model.Depth);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("none.safetensors")]
    public void Load_NothingThere_Throws(string name) => Assert.Contains(name, Assert.Throws<WeightsException>(() => Detector.Load(trained.At(name))).Message);

    [Fact]
    public void Load_FolderWithoutModel_Throws() =>
        Assert.Contains("last.safetensors", Assert.Throws<WeightsException>(() => Detector.Load(Path.GetDirectoryName(trained.Folder)!)).Message);

    private static double Overlap(Box a, Box b)
    {
        var width = Math.Max(0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1));
        var height = Math.Max(0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1));
        return (double)width * height / (a.Area + b.Area - (width * height));
    }

    private Detector Load() => Detector.Load(trained.Folder, new() { Threads = 2, Precision = Precision.Fp32 });
}
