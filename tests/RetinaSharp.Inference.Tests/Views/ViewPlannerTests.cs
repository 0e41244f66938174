using RetinaSharp.Imaging;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Tests.Views;

public class ViewPlannerTests
{
    private static readonly InputSize Input = new(64, 128);

    [Theory]
    [InlineData(1000, 700, 256, .25)]
    [InlineData(257, 90, 256, .25)]
    [InlineData(256, 4000, 100, .5)]
    [InlineData(999, 1001, 333, 0)]
    [InlineData(300, 300, 16, .9)]
    public void Plan_Tiles_CoverTheImageWithTheOverlap(int width, int height, int tile, double overlap)
    {
        var parts = new ViewPlanner(Input, tile, overlap).Plan(width, height).Parts;

        Assert.Equal(new(0, 0, width, height), parts[0]);
        var covered = new bool[width, height];
        foreach (var part in parts.Skip(1))
        {
            Assert.Equal((Math.Min(tile, width), Math.Min(tile, height)), (part.Width, part.Height));
            for (var x = part.X; x < part.X + part.Width; x++)
                for (var y = part.Y; y < part.Y + part.Height; y++)
                    covered[x, y] = true;
            Assert.Equal(part.X == 0, part.LeftNeighborEnd is null);
            Assert.Equal(part.Y == 0, part.TopNeighborEnd is null);
            Assert.Equal(part.X + part.Width == width, part.RightNeighborStart is null);
            Assert.Equal(part.Y + part.Height == height, part.BottomNeighborStart is null);
            Assert.True(part.LeftNeighborEnd is null || part.LeftNeighborEnd - part.X >= (int)(overlap * tile));
            Assert.True(part.BottomNeighborStart is null || part.Y + part.Height - part.BottomNeighborStart >= (int)(overlap * tile));
        }

        Assert.DoesNotContain(false, covered.Cast<bool>());
    }

    [Fact]
    public void Plan_Augmented_IsEachPartFlippedInThreeSizes()
    {
        var plan = new ViewPlanner(Input, UsesTestTimeAugmentation: true).Plan(640, 480);

        Assert.Equal(6, plan.ViewsPerPart);
        Assert.Equal([51, 51, 64, 64, 80, 80], plan.Views.Select(view => view.Geometry.Height));
        Assert.Equal(3, plan.Views.Count(view => view.IsFlipped));
    }

    [Theory]
    [InlineData(false, 86, 64)]
    [InlineData(true, 108, 80)]
    public void DecodeSize_WithoutTiles_IsThatOfTheLargestView(bool isAugmented, int width, int height)
    {
        var planner = new ViewPlanner(Input, UsesTestTimeAugmentation: isAugmented);

        var decoded = ImageSource.FromBytes(ColorImages.Paint(173, 128).Encode(ImageEncoding.Png)).Load(planner.DecodeSize).Image;

        // 1.25 times 86 is 107: pixels of that width would be scaled again.
        var largest = planner.Plan(173, 128).Views[^1].Geometry;
        Assert.Equal((width, height), (largest.Width, largest.Height));
        Assert.Equal((width, height), (decoded.Width, decoded.Height));
    }

    [Fact]
    public void DecodeSize_Tiles_IsTheOriginalSize() => Assert.Null(new ViewPlanner(Input, Tile: 100, UsesTestTimeAugmentation: true).DecodeSize);

    [Theory]
    [InlineData(15, .25)]
    [InlineData(100, -.1)]
    [InlineData(100, .91)]
    [InlineData(100, double.NaN)]
    public void Validate_TilesOutOfRange_Throws(int tile, double overlap) =>
        Assert.ThrowsAny<ArgumentException>(() => new ObjectDetectorOptions { Tile = tile, TileOverlap = overlap }.ValidateTiles());
}
