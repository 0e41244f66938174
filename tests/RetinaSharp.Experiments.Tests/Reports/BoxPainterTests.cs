using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Tests.Reports;

public class BoxPainterTests
{
    private static readonly byte[] Orange = [245, 130, 48];
    private static readonly byte[] Blue = [90, 190, 255];

    [Fact]
    public void PaintDetection_Box_IsAClosedLineAtItsPlaceInThePart()
    {
        // Twice as large as the part: the box lies from (40, 20) to (140, 60).
        var image = Painted(painter => painter.PaintDetection(new(30, 20, 50, 20)));
        Assert.Equal((200, 160), (image.Width, image.Height));
        Assert.All(Enumerable.Range(40, 102), x => Assert.Equal([.. Orange, .. Orange], [.. At(image, x, 20), .. At(image, x, 61)]));
        Assert.All(Enumerable.Range(20, 42), y => Assert.Equal([.. Orange, .. Orange], [.. At(image, 41, y), .. At(image, 140, y)]));
        Assert.Equal([0, 0, 0], At(image, 90, 40));
    }

    [Fact]
    public void PaintTruth_Box_IsDashed()
    {
        var image = Painted(painter => painter.PaintTruth(new(30, 20, 50, 20)));
        var blue = Enumerable.Range(40, 100).Count(x => At(image, x, 20).SequenceEqual(Blue));
        Assert.InRange(blue, 40, 60);
    }

    [Fact]
    public void Paint_BoxBeyondThePart_IsCutAtItsBorder()
    {
        var image = Painted(painter => painter.PaintDetection(new(-1000, -1000, 5000, 1050)));
        Assert.Equal(Orange, At(image, 0, 0));
        Assert.Equal(Orange, At(image, 199, 80));
    }

    private static Image Painted(Action<BoxPainter> paint)
    {
        var painter = new BoxPainter(new(120, 90, new byte[120 * 90 * 3]), new(10, 10, 100, 80), longSide: 200);
        paint(painter);
        return painter.Image;
    }

    private static byte[] At(Image image, int x, int y) => image.Pixels.Slice((y * image.Width + x) * 3, 3).ToArray();
}
