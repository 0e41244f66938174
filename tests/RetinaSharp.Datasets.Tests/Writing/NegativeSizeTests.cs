using RetinaSharp.Datasets.Writing;
using static RetinaSharp.Datasets.Tests.Writing.WrittenSets;

namespace RetinaSharp.Datasets.Tests.Writing;

public sealed class NegativeSizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DatasetFormat.Yolo)]
    [InlineData(DatasetFormat.LabelMe)]
    public void Write_FormatWithoutNegativeSizes_LeavesTheBoxesOutAndCountsThem(DatasetFormat format)
    {
        var (losses, widths) = Write(format);

        Assert.Equal("1 box is left out: the format has no boxes of negative size", Assert.Single(losses).Reason);
        Assert.Equal(40, Assert.Single(widths), 1e-6);
    }

    [Theory]
    [InlineData(DatasetFormat.Coco)]
    [InlineData(DatasetFormat.Voc)]
    [InlineData(DatasetFormat.Cvat)]
    [InlineData(DatasetFormat.Csv)]
    public void Write_FormatWithNegativeSizes_KeepsTheBoxes(DatasetFormat format)
    {
        var (losses, widths) = Write(format);

        Assert.Empty(losses);
        Assert.Equal([40.0, -5.0], widths);
    }

    private (IReadOnlyList<DatasetProblem> Losses, double[] Widths) Write(DatasetFormat format)
    {
        var set = new DetectionDataset { Source = "", Categories = [new(1, "cat")], Images = [_folder.Image(1, "a.jpg", Object(1, 0, 10, 10, 40, 30), Object(2, 0, 30, 30, -5, 5))] };
        var losses = DatasetWriter.Write(set, _folder.At("target"), format).Losses;
        return (losses, [.. DetectionDataset.Open(_folder.At("target"), new() { KeepDegenerate = true }).Images[0].Annotations.Select(annotation => annotation.Box.Width)]);
    }
}
