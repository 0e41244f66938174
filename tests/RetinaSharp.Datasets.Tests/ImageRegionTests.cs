namespace RetinaSharp.Datasets.Tests;

public sealed class ImageRegionTests
{
    [Theory]
    [InlineData(0, 0, 100, 60, true)]
    [InlineData(40, 20, 60, 40, true)]
    [InlineData(41, 20, 60, 40, false)]
    [InlineData(40, 21, 60, 40, false)]
    [InlineData(-1, 0, 10, 10, false)]
    [InlineData(0, -1, 10, 10, false)]
    [InlineData(0, 0, 0, 10, false)]
    [InlineData(0, 0, 10, 0, false)]
    [InlineData(1, 0, int.MaxValue, 10, false)]
    public void IsInside_Region_MustHaveAnAreaWithinTheImage(int x, int y, int width, int height, bool expected) =>
        Assert.Equal(expected, new ImageRegion(x, y, width, height).IsInside(100, 60));

    [Fact]
    public void FindBadImages_Regions_AreComparedWithTheFile()
    {
        using var folder = new TemporaryFolder();
        folder.WriteImage("a.png", 100, 60);
        AnnotatedImage[] images = [Region(0, 0), Region(40, 20), Region(41, 20)];

        var bad = Assert.Single(ImageVerification.FindBadImages(new() { Source = "set", Categories = [], Images = images }, decode: _ => null));

        Assert.Equal((2, true), (bad.Index, bad.Reason.Contains("100 x 60")));

        AnnotatedImage Region(int x, int y) =>
            new() { Id = 1, FileName = "a.png", Path = folder.At("a.png"), Crop = new(x, y, 60, 40), Width = 60, Height = 40, Annotations = [] };
    }
}
