using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Tests;

public sealed class DataFilterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder.At("target");

    [Theory]
    [InlineData(4, 4, "--classes", "blue")]
    [InlineData(4, 4, "--drop-class", "red")]
    [InlineData(4, 4, "--min-size", "17")]
    [InlineData(4, 4, "--max-size", "20")]
    [InlineData(1, 2, "--name", "?1.png")]
    [InlineData(2, 4, "--max-images", "2", "--seed", "5")]
    [InlineData(4, 0, "--min-size", "50")]
    [InlineData(4, 8, "--no-crowds", "--with-boxes")]
    public void Filter_Option_KeepsImagesAndBoxes(int images, int boxes, params string[] options)
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 4);

        var json = CommandResult.Retina(["data", "filter", data, "--out", Target, "--json", .. options]).IsDone().Json;

        var split = json.GetProperty("splits")[0];
        Assert.Equal((images, boxes), (split.GetProperty("images").GetInt32(), split.GetProperty("boxes").GetInt32()));
        Assert.Equal(boxes, DetectionDataset.Open(Target).Images.Sum(image => image.Annotations.Count));
    }

    [Fact]
    public void Filter_UnknownClass_ExitsWith2AndListsTheClasses() =>
        CommandResult.Retina("data", "filter", ColoredRectangles.Write(_folder.At("data"), images: 1), "--out", Target, "--classes", "green").IsRefused(ExitCode.WrongUsage, "green", "red, blue");

    [Fact]
    public void Filter_NothingLeft_ExitsWith2() =>
        CommandResult.Retina("data", "filter", ColoredRectangles.Write(_folder.At("data"), images: 1), "--out", Target, "--name", "x*").IsRefused(ExitCode.WrongUsage, "no image is kept");
}
