using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Tests;

public sealed class DataConvertTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder.At("target");

    [Theory]
    [InlineData("coco", "annotations/instances.json")]
    [InlineData("voc", "Annotations/00.xml")]
    [InlineData("yolo", "data.yaml")]
    [InlineData("labelme", "00.json")]
    [InlineData("cvat", "annotations.xml")]
    [InlineData("csv", "_annotations.csv")]
    public void Convert_CocoFile_WritesTheFormatAndItsImages(string format, string file)
    {
        var json = CommandResult.Retina("data", "convert", ColoredRectangles.Write(_folder.At("data"), images: 3), "--to", format, "--out", Target, "--json").IsDone().Json;

        Assert.True(File.Exists(Path.Combine(Target, file)));
        Assert.Equal(3, Directory.GetFiles(Target, "*.png", SearchOption.AllDirectories).Length);
        Assert.Equal((Target, format), (json.GetProperty("out").GetString(), json.GetProperty("format").GetString()));
        var split = Assert.Single(json.GetProperty("splits").EnumerateArray());
        Assert.Equal(("null", Target, 3, 6), (split.GetProperty("split").GetRawText(), split.GetProperty("data").GetString(), split.GetProperty("images").GetInt32(), split.GetProperty("boxes").GetInt32()));
        Assert.Equal(format != "coco", json.GetProperty("problems").GetArrayLength() > 0);
    }

    [Fact]
    public void Convert_ToVoc_WarnsOfWhatIsLostAndNamesTheNextCommand()
    {
        var ran = CommandResult.Retina("data", "convert", ColoredRectangles.Write(_folder.At("data"), images: 3), "--to", "voc", "--out", Target).IsDone();

        Assert.Contains("warning: ", ran.Error);
        Assert.Contains("3 image ids are lost", ran.Error);
        Assert.Contains("the order of the classes is lost", ran.Error);
        Assert.Contains($"Next: retina data info {Target}", ran.Error);
        Assert.Matches(@"(?m)^– +3 +6 +", ran.Out);
    }

    [Fact]
    public void Convert_DatasetWithSplits_ConvertsAllSplits()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 5);
        CommandResult.Retina("data", "split", data, "--out", _folder.At("split"), "--val", ".4").IsDone();

        var ran = CommandResult.Retina("data", "convert", _folder.At("split"), "--to", "yolo", "--out", Target).IsDone();

        Assert.Contains($"retina train --train '{Target}#train' --val '{Target}#val'", ran.Error);
        Assert.Equal((3, 2), (DetectionDataset.Open($"{Target}#train").Images.Count, DetectionDataset.Open($"{Target}#val").Images.Count));
    }

    [Fact]
    public void Convert_ToAFile_NamesTheOriginalImages()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 2);

        CommandResult.Retina("data", "convert", data, "--to", "coco", "--out", _folder.At("set.json")).IsDone();

        Assert.Equal(DetectionDataset.Open(data).Images.Select(image => image.Path), DetectionDataset.Open(_folder.At("set.json")).Images.Select(image => image.Path));
    }

    [Fact]
    public void Convert_ImagesElsewhere_AreFoundWithTheOption()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 2);
        var file = _folder.Write("elsewhere/set.json", "");
        File.Copy(data, file, overwrite: true);

        CommandResult.Retina("data", "convert", file, "--to", "yolo", "--out", Target).IsRefused(ExitCode.BadData, "--images DIR");

        CommandResult.Retina("data", "convert", file, "--images", _folder.At("data"), "--to", "yolo", "--out", Target).IsDone();
        Assert.Equal(2, Directory.GetFiles(Path.Combine(Target, "images")).Length);
    }

    [Fact]
    public void Convert_TargetThatIsNotEmpty_ExitsWith2()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 1);

        CommandResult.Retina("data", "convert", data, "--to", "voc", "--out", _folder.At("data")).IsRefused(ExitCode.WrongUsage, "--out", "is not empty");
        CommandResult.Retina("data", "convert", data, "--to", "coco", "--out", data).IsRefused(ExitCode.WrongUsage, "--out", "exists");
    }

    [Fact]
    public void Convert_YoloWithoutImages_ExitsWith2AndNamesTheOption() =>
        CommandResult.Retina("data", "convert", ColoredRectangles.Write(_folder.At("data"), images: 1), "--to", "yolo", "--out", Target, "--image-files", "none")
            .IsRefused(ExitCode.WrongUsage, "--image-files copy");

    [Fact]
    public void Convert_MissingData_ExitsWith3() => CommandResult.Retina("data", "convert", "nothing.json", "--to", "coco", "--out", Target).IsRefused(ExitCode.BadData, "nothing.json");
}
