using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;

namespace RetinaSharp.Detection.Tests.Training;

public sealed class EpochCountTests
{
    // The images that do not fill a batch of 4 are left out of an epoch.
    [Theory]
    [InlineData(500, 4, 1, 24)]
    [InlineData(292, 4, 1, 42)]
    [InlineData(132, 4, 1, 91)]
    [InlineData(135, 4, 1, 91)]
    [InlineData(132, 4, 2, 188)]
    [InlineData(132, 8, 1, 188)]
    [InlineData(3, 4, 1, 3000)]
    public void Raise_SmallDataset_HasTheMinimumOfSteps(int images, int batch, int accumulate, int expected)
    {
        var settings = Presets.Pretrained with { Training = Presets.Pretrained.Training with { Batch = batch, Accumulate = accumulate } };

        var raised = EpochCount.Raise(settings, Images(images));

        Assert.Equal(settings with { Training = settings.Training with { Epochs = expected } }, raised);
    }

    [Fact]
    public void Raise_NoImages_Throws() => Assert.Throws<DatasetException>(() => EpochCount.Raise(Presets.Pretrained, Images(0)));

    private static DetectionDataset Images(int count) => new()
    {
        Source = "images",
        Categories = [new(1, "one")],
        Images = [.. Enumerable.Range(0, count).Select(i => new AnnotatedImage { Id = i, FileName = $"{i}", Path = $"{i}", Width = 10, Height = 10, Annotations = [] })],
    };
}
