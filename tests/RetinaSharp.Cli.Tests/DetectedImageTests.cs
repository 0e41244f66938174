using RetinaSharp.Cli.Verbs;
using RetinaSharp.Datasets;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Tests;

public sealed class DetectedImageTests
{
    [Theory]
    [InlineData("no objects")]
    [InlineData("1 car", "car")]
    [InlineData("3 cars, 1 person", "car", "person", "car", "car")]
    [InlineData("1 car, 1 person", "person", "car")]
    [InlineData("2 bus, 2 class 7", "class 7", "bus", "class 7", "bus")]
    public void Counts_Detections_AreByClassAndTheMostFrequentFirst(string expected, params string[] names)
    {
        string[] classes = ["car", "person", "bus", "class 7"];

        var image = new DetectedImage(1, "a.jpg", 64, 64, [.. names.Select(name => new DetectedObject(Array.IndexOf(classes, name), new Category(1, name), .5f, new(0, 0, 9, 9)))]);

        Assert.Equal(expected, image.Counts(minScore: .5));
        Assert.Equal("no objects", image.Counts(minScore: .6));
    }
}
