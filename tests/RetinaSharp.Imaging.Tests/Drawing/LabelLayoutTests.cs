using RetinaSharp.Imaging.Drawing;

namespace RetinaSharp.Imaging.Tests.Drawing;

public class LabelLayoutTests
{
    private const int Width = 640, Height = 480, LabelWidth = 80, LabelHeight = 16;

    [Fact]
    public void Place_FreeSpaceAbove_IsAboveTheLeftCorner() =>
        Assert.Equal(new PixelRect(100, 84, 180, 100), Place(new PixelRect(100, 100, 140, 140)));

    [Fact]
    public void Place_SmallBoxAtTheTopBorder_DoesNotHideIt()
    {
        var box = new PixelRect(100, 0, 130, 30);
        Assert.Equal(0, Place(box).Overlap(box));
    }

    [Fact]
    public void Place_LargeBoxAtTheTopBorder_IsInsideItsCorner() =>
        Assert.Equal(new PixelRect(100, 0, 180, 16), Place(new PixelRect(100, 0, 500, 400)));

    [Fact]
    public void Place_BoxAtTheRightBorder_IsShiftedIntoTheImage() =>
        Assert.Equal(new PixelRect(560, 84, 640, 100), Place(new PixelRect(620, 100, 640, 140)));

    [Fact]
    public void Place_BoxAbove_HidesNothingOfIt()
    {
        PixelRect upper = new(100, 60, 140, 98), lower = new(100, 100, 140, 140);
        var label = new LabelLayout(Width, Height, [upper, lower]).Place(lower, LabelWidth, LabelHeight)!.Value;
        Assert.Equal((0, 0), (label.Overlap(upper), label.Overlap(lower)));
    }

    [Fact]
    public void Place_EqualBoxes_LabelsDoNotOverlap()
    {
        var box = new PixelRect(300, 200, 340, 240);
        AssertApart(PlaceAll([.. Enumerable.Repeat(box, 30)], 30));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Place_CrowdedRandomBoxes_LabelsDoNotOverlapAndLieInTheImage(int seed)
    {
        var random = new Random(seed);
        // 80 labels take a third of the image, and all boxes lie in a quarter of it.
        PixelRect[] boxes = [.. Enumerable.Range(0, 80).Select(_ =>
        {
            var (left, top) = (random.Next(Width / 2 - 10), random.Next(Height / 2 - 10));
            return new PixelRect(left, top, left + random.Next(5, 60), top + random.Next(5, 60));
        })];
        AssertApart(PlaceAll(boxes, boxes.Length));
    }

    [Fact]
    public void Place_AllPositionsAtTheBoxTaken_IsTheNextFreeOne()
    {
        var box = new PixelRect(300, 200, 340, 240);
        // The positions at the box itself are taken after a few.
        var labels = PlaceAll([.. Enumerable.Repeat(box, 14)], 14);
        Assert.All(labels, label => Assert.InRange(label.Left, box.Left - 3 * LabelWidth, box.Right + 2 * LabelWidth));
        Assert.All(labels, label => Assert.InRange(label.Top, box.Top - 6 * LabelHeight, box.Bottom + 5 * LabelHeight));
    }

    [Fact]
    public void Place_NoFreeSpaceLeft_IsNull()
    {
        var box = new PixelRect(0, 0, 100, 20);
        var layout = new LabelLayout(100, 40, [box]);
        Assert.NotNull(layout.Place(box, 100, 20));
        Assert.NotNull(layout.Place(box, 100, 20));
        Assert.Null(layout.Place(box, 1, 1));
    }

    [Fact]
    public void Place_OneFreeSpaceLeft_IsFound()
    {
        // Labels fill the image but for one space in its middle, where no box is near.
        var layout = new LabelLayout(90, 60, []);
        (int Left, int Top, int Width, int Height)[] taken = [(0, 0, 90, 20), (0, 20, 25, 20), (65, 20, 25, 20), (0, 40, 90, 20)];
        foreach (var (left, top, width, height) in taken)
            Assert.Equal(new PixelRect(left, top, left + width, top + height), layout.Place(new(left, top + height, left + width, top + height), width, height));
        Assert.Equal(new PixelRect(25, 20, 65, 40), layout.Place(new(0, 0, 5, 5), 40, 20));
    }

    private static PixelRect Place(PixelRect box) => new LabelLayout(Width, Height, [box]).Place(box, LabelWidth, LabelHeight)!.Value;

    private static List<PixelRect> PlaceAll(PixelRect[] boxes, int expected)
    {
        var layout = new LabelLayout(Width, Height, boxes);
        var labels = boxes.Select(box => layout.Place(box, LabelWidth, LabelHeight)).OfType<PixelRect>().ToList();
        Assert.Equal(expected, labels.Count);
        return labels;
    }

    private static void AssertApart(List<PixelRect> labels)
    {
        var image = new PixelRect(0, 0, Width, Height);
        for (var i = 0; i < labels.Count; i++)
        {
            Assert.Equal(labels[i].Area, labels[i].Overlap(image));
            for (var j = 0; j < i; j++)
                Assert.Equal(0, labels[i].Overlap(labels[j]));
        }
    }
}
