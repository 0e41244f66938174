using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Tests;

public sealed class DataMergeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder.At("target");

    [Fact]
    public void Merge_TwoDatasets_JoinsClassesAndReportsEqualImages()
    {
        var first = ColoredRectangles.Write(_folder.At("first"), images: 2);
        var second = ColoredRectangles.Write(_folder.At("second"), images: 3);
        File.WriteAllText(second, File.ReadAllText(second).Replace("blue", "green"));

        var ran = CommandResult.Retina("data", "merge", first, second, "--out", Target).IsDone();

        var merged = DetectionDataset.Open(Target);
        Assert.Equal(["red", "blue", "green"], merged.Categories.Select(category => category.Name));
        Assert.Equal([1L, 2, 3, 4, 5], merged.Images.Select(image => image.Id));
        Assert.Equal(["00.png", "01.png", "00-2.png", "01-2.png", "02.png"], merged.Images.Select(image => image.FileName));
        Assert.Equal(2, ran.Error.Split("has the same content as").Length - 1);
    }

    [Fact]
    public void Merge_DatasetsWithSplits_JoinsTheSplits()
    {
        CommandResult.Retina("data", "split", ColoredRectangles.Write(_folder.At("first"), images: 4), "--out", _folder.At("split"), "--val", ".5").IsDone();

        CommandResult.Retina("data", "merge", _folder.At("split"), ColoredRectangles.Write(_folder.At("second"), images: 3), "--out", Target, "--to", "yolo", "--json").IsDone();

        Assert.Equal((5, 2), (DetectionDataset.Open($"{Target}#train").Images.Count, DetectionDataset.Open($"{Target}#val").Images.Count));
    }
}
