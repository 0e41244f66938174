using RetinaSharp.Cli.Tests.BadInput;
using RetinaSharp.Cli.Verbs;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Tests;

[Collection(SharedModel.Name)]
public sealed class DetectLabelsTests(TrainedModel trained)
{
    [Theory]
    [InlineData("coco")]
    [InlineData("voc")]
    [InlineData("yolo")]
    [InlineData("labelme")]
    [InlineData("cvat")]
    public void Detect_Labels_AreADatasetOfTheImages(string format)
    {
        using var folder = new TemporaryFolder();

        var ran = CommandResult.Retina("detect", trained.Run, trained.Images, "--score-threshold", "0", "--draw-threshold", "0", "--max-detections", "3", "--labels", format, "--out", folder.At("out"), "--json").IsDone();

        var labels = DetectionDataset.Open(folder.At("out"));
        Assert.Equal(12, labels.Images.Count);
        Assert.Equal(36, labels.Images.Sum(image => image.Annotations.Count));
        Assert.Subset(new HashSet<string> { "red", "blue" }, labels.Categories.Select(category => category.Name).ToHashSet());
        Assert.All(labels.Images, image => Assert.Equal(File.ReadAllBytes(Path.Combine(trained.Images, image.FileName)), File.ReadAllBytes(image.Path)));
        Assert.True(File.Exists(folder.At("out", "detections.json")));
        Assert.Contains("The labels are in", ran.Error);
        Assert.Equal(36, ran.Json.GetProperty("images").EnumerateArray().Sum(image => image.GetProperty("detections").GetArrayLength()));
    }

    [Fact]
    public void Detect_LabelsForLabelMe_AreBesideTheImages()
    {
        using var folder = new TemporaryFolder();

        CommandResult.Retina("detect", trained.Run, trained.Images, "--labels", "labelme", "--out", folder.At("out"), "--image-files", "link").IsDone();

        Assert.True(File.Exists(folder.At("out", "00.json")) && File.Exists(folder.At("out", "00.png")));
        Assert.Equal(12, Directory.GetFiles(folder.At("out"), "*.png", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Detect_LabelsWithoutOut_ExitsWith2() => CommandResult.Retina("detect", trained.Run, trained.Images, "--labels", "voc").IsRefused(ExitCode.WrongUsage, "--labels needs --out");

    [Fact]
    public void Detect_LabelsIntoAFolderWithFiles_ExitsWith2() =>
        CommandResult.Retina("detect", trained.Run, trained.Images, "--labels", "voc", "--out", trained.Images).IsRefused(ExitCode.WrongUsage, "is not empty");

    [Fact]
    public void Detect_LabelsThatTheFormatCannotHold_ExitsWith2BeforeTheModelIsLoaded()
    {
        using var folder = new TemporaryFolder();

        CommandResult.Retina("detect", "no-model", trained.Images, "--labels", "yolo", "--image-files", "none", "--out", folder.At("out")).IsRefused(ExitCode.WrongUsage, "--image-files copy");
    }

    [Fact]
    public void Create_Detections_AreLabelsFromTheThresholdOn()
    {
        var categories = new[] { new Category(3, "red"), new Category(7, "blue") };
        var image = new DetectedImage(4, "some/a.png", 64, 60, [new(1, categories[1], .9f, new(1, 2, 11, 22)), new(0, categories[0], .2f, new(0, 0, 5, 5))]);

        var labels = DetectionLabels.Create([image], categories, threshold: .3);

        var only = Assert.Single(labels.Images);
        Assert.Equal((4, "a.png", "some/a.png", 64, 60), (only.Id, only.FileName, only.Path, only.Width, only.Height));
        Assert.Equal(new() { Id = 1, Category = 1, Box = new(1, 2, 10, 20), Area = 200 }, Assert.Single(only.Annotations));
    }
}
