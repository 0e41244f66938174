using RetinaSharp.Boxes;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

public class AnchorOrderTests
{
    [Theory]
    [InlineData(AnchorCompatibility.Exact, AnchorCompatibility.Torchvision)]
    [InlineData(AnchorCompatibility.Torchvision, AnchorCompatibility.Exact)]
    [InlineData(AnchorCompatibility.Exact, AnchorCompatibility.Exact)]
    public void Reorder_AnyOrders_GivesEachAnchorItsRows(AnchorCompatibility ours, AnchorCompatibility theirs)
    {
        // Two scales and three ratios: with as many of both, a map would be its own inverse.
        var anchors = new AnchorSettings { Scales = [1, 1.5] };
        var (our, their) = (anchors with { Compatibility = ours }, anchors with { Compatibility = theirs });
        // Two rows per anchor: its width and height.
        float[] rows = [.. CellAnchors.Create(their, 7).SelectMany(box => new[] { box.Width, box.Height })];

        var reordered = AnchorOrder.Create(our, their)!.Reorder(rows);

        foreach (var (anchor, box) in CellAnchors.Create(our, 7).Index())
        {
            // torchvision rounds to whole pixels.
            Assert.Equal(box.Width, reordered[2 * anchor], 3f);
            Assert.Equal(box.Height, reordered[(2 * anchor) + 1], 3f);
        }
    }

    [Fact]
    public void IsSame_OneScale_IsTrueInAnyOrder()
    {
        var torchvision = new AnchorSettings { Compatibility = AnchorCompatibility.Torchvision };

        Assert.False(AnchorOrder.Create(new(), torchvision)!.IsSame);
        Assert.True(AnchorOrder.Create(torchvision, torchvision)!.IsSame);
        Assert.True(AnchorOrder.Create(new() { Scales = [1] }, torchvision with { Scales = [1] })!.IsSame);
    }

    [Fact]
    public void Create_OtherAnchorsOrLevels_ReturnsNull()
    {
        AnchorSettings[] others = [new() { BaseSize = 8 }, new() { MinLevel = 2 }, new() { MaxLevel = 6 }, new() { Scales = [1, 2, 3] }, new() { Ratios = [.5, 2, 1] }];

        Assert.All(others, other => Assert.Null(AnchorOrder.Create(new(), other)));
    }
}
