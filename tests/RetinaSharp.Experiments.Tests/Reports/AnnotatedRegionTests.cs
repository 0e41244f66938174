using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Tests.Reports;

public class AnnotatedRegionTests
{
    private static readonly byte[] Orange = [245, 130, 48];
    private static readonly byte[] Cyan = [70, 240, 240];

    [Fact]
    public void AddDetection_Box_IsASolidLineInTheCoordinatesOfTheRegion()
    {
        // The drawing is twice as large as the region: the box lies from (40, 20) to (140, 60).
        var image = Draw(region => region.AddDetection(new(30, 20, 50, 20)));
        Assert.Equal((200, 160), (image.Width, image.Height));
        Assert.All(Enumerable.Range(40, 101), x => Assert.Equal([.. Orange, .. Orange], [.. At(image, x, 20), .. At(image, x, 60)]));
        Assert.All(Enumerable.Range(20, 41), y => Assert.Equal([.. Orange, .. Orange], [.. At(image, 40, y), .. At(image, 140, y)]));
        Assert.Equal([0, 0, 0], At(image, 90, 40));
    }

    [Fact]
    public void AddGroundTruth_OnADetectionOfTheSameBox_LeavesBothVisible()
    {
        var image = Draw(region =>
        {
            region.AddDetection(new(30, 20, 50, 20));
            region.AddGroundTruth(new(30, 20, 50, 20));
        });
        Assert.InRange(Enumerable.Range(40, 100).Count(x => At(image, x, 20).SequenceEqual(Cyan)), 40, 60);
        Assert.InRange(Enumerable.Range(40, 100).Count(x => At(image, x, 20).SequenceEqual(Orange)), 20, 50);
    }

    [Fact]
    public void AddDetection_BoxBeyondTheRegion_IsClipped()
    {
        var image = Draw(region => region.AddDetection(new(-1000, -1000, 5000, 1050)));
        Assert.Equal(Orange, At(image, 0, 0));
        Assert.Equal(Orange, At(image, 199, 80));
    }

    private static Image Draw(Action<AnnotatedRegion> add)
    {
        var region = new AnnotatedRegion(new(120, 90, new byte[120 * 90 * 3]), new(10, 10, 100, 80), longSide: 200);
        add(region);
        return region.Draw();
    }

    private static byte[] At(Image image, int x, int y) => image.Pixels.Slice((y * image.Width + x) * 3, 3).ToArray();
}
