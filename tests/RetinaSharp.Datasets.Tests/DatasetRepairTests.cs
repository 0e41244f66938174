using RetinaSharp.Boxes;
using RetinaSharp.Datasets.Operations;

namespace RetinaSharp.Datasets.Tests;

public sealed class DatasetRepairTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Repair_FaultyBoxesAndImages_AreClippedOrLeftOut()
    {
        var good = Image(1, "good.jpg", [Box(1, new(10, 10, 20, 20)), Box(2, new(90, 70, 20, 20)), Box(3, new(10, 10, 20, 20)), Box(4, new(5, 5, 0, 9)), Box(5, new(300, 5, 9, 9))]);
        var truncated = Image(2, "truncated.jpg", [Box(6, new(1, 1, 9, 9))]);
        File.WriteAllBytes(truncated.Path, ImageBytes.Jpeg(100, 80, null));
        var missing = Image(3, "missing.jpg", []);
        File.Delete(missing.Path);

        var (repaired, changes) = DatasetRepair.Repair(Dataset(good, truncated, missing));

        Assert.Equal([1], repaired.Images.Select(image => image.Id));
        Assert.Equal([new(10, 10, 20, 20), new BoxXywh(90, 70, 10, 10)], repaired.Images[0].Annotations.Select(annotation => annotation.Box));
        Assert.Equal(["2 images cannot be used: left out", "2 boxes have no area or are outside of their image: removed", "1 boxes equal another box of their class: removed", "1 boxes extend beyond their image: clipped"],
            changes.Select(change => change.Reason));
        Assert.Empty(DatasetRepair.Repair(repaired).Changes);
    }

    /// <summary>A box in the corner of the stored pixels, which are 100 x 80, is in the corner of the upright image that the orientation puts it in.</summary>
    [Theory]
    [InlineData(5, 2, 1)]
    [InlineData(6, 58, 1)]
    [InlineData(7, 58, 69)]
    [InlineData(8, 2, 69)]
    public void Repair_AnnotatedOnStoredPixels_RotatesBoxes(int orientation, double x, double y)
    {
        var image = Image(1, "a.jpg", [Box(1, new(1, 2, 30, 20))], orientation);

        var (repaired, changes) = DatasetRepair.Repair(Dataset(image));

        Assert.Equal((80, 100), (repaired.Images[0].Width, repaired.Images[0].Height));
        Assert.Equal(new BoxXywh(x, y, 20, 30), repaired.Images[0].Annotations[0].Box);
        Assert.Contains("1 images were annotated on their stored pixels", Assert.Single(changes).Reason);
    }

    private static DetectionDataset Dataset(params AnnotatedImage[] images) => new() { Source = "set", Categories = [new(1, "cat")], Images = images };

    private static Annotation Box(long id, BoxXywh box) => new() { Id = id, Category = 0, Box = box, Area = box.Area };

    private AnnotatedImage Image(long id, string name, Annotation[] annotations, int? orientation = null) =>
        new() { Id = id, FileName = name, Path = _folder.WriteImage(name, orientation: orientation), Width = 100, Height = 80, Annotations = annotations };
}
