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
    public void Place_AtLeastAsLargeAsALabelWithoutSpace_IsNotSearchedAgain()
    {
        var box = new PixelRect(0, 0, 20, 10);
        var layout = new LabelLayout(100, 40, [box]);
        // 20 labels fill the image.
        Assert.All(Enumerable.Range(0, 20), _ => Assert.NotNull(layout.Place(box, 20, 10)));
        Assert.Null(layout.Place(box, 20, 10));
        var searches = layout.FullSearches;

        Assert.Null(layout.Place(box, 20, 10));
        Assert.Null(layout.Place(box, 30, 12));
        Assert.Equal(searches, layout.FullSearches);

        // Smaller labels might have found space.
        Assert.Null(layout.Place(box, 19, 10));
        Assert.Null(layout.Place(box, 20, 9));
        Assert.Equal(searches + 2, layout.FullSearches);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Place_MoreLabelsThanFit_IsNullOnlyIfNoPositionIsFree(int seed)
    {
        const int width = 90, height = 50;
        var random = new Random(seed);
        var layout = new LabelLayout(width, height, []);
        var (labels, failures) = (new List<PixelRect>(), 0);
        for (var i = 0; i < 60; i++)
        {
            var (left, top) = (random.Next(80), random.Next(40));
            var (labelWidth, labelHeight) = (random.Next(10, 25), random.Next(8, 12));
            if (layout.Place(new(left, top, left + 10, top + 10), labelWidth, labelHeight) is { } label)
            {
                labels.Add(label);
                continue;
            }

            failures++;
            var positions = Enumerable.Range(0, width - labelWidth + 1).SelectMany(x =>
                Enumerable.Range(0, height - labelHeight + 1).Select(y => new PixelRect(x, y, x + labelWidth, y + labelHeight)));
            Assert.DoesNotContain(positions, position => labels.TrueForAll(other => other.Overlap(position) == 0));
        }

        Assert.InRange(failures, 5, 55);
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
