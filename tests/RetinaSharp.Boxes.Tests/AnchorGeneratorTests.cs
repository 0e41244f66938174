using System.Text.Json;

namespace RetinaSharp.Boxes.Tests;

public class AnchorGeneratorTests
{
    private static readonly AnchorSettings Torchvision = new() { Compatibility = AnchorCompatibility.Torchvision };

    [SharedDataFact]
    public void Generate_Torchvision_IsTheGolden()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.At("golden", "torchvision-0.14.1.json")));
        var golden = file.RootElement.GetProperty("anchors_retina_64x96");
        var grid = new AnchorGenerator(Torchvision).Generate(64, 96);
        Assert.Equal(golden.GetProperty("count").GetInt32(), grid.Count);
        Assert.Equal(Read(golden.GetProperty("first18")), grid.Boxes[..18].ToArray());
        Assert.Equal(Read(golden.GetProperty("last9")), grid.Boxes[^9..].ToArray());
        Assert.Equal(golden.GetProperty("cell_anchors").EnumerateArray().Select(Read), Enumerable.Range(0, grid.Levels.Count).Select(level => grid.Cell(level).ToArray()));

        static Box[] Read(JsonElement boxes) =>
            [.. boxes.EnumerateArray().Select(box => new Box(box[0].GetSingle(), box[1].GetSingle(), box[2].GetSingle(), box[3].GetSingle()))];
    }

    [Fact]
    public void Generate_Exact_HasTheAreasAndRatiosOfThePaper()
    {
        var grid = new AnchorGenerator(new()).Generate(256, 256);
        for (var level = 0; level < 5; level++)
            for (var scale = 0; scale < 3; scale++)
                for (var ratio = 0; ratio < 3; ratio++)
                {
                    var anchor = grid.Cell(level)[scale * 3 + ratio];
                    var side = 32 * Math.Pow(2, level + scale / 3.0);
                    Assert.Equal(1, anchor.Area / (side * side), 1e-6);
                    Assert.Equal(new[] { .5, 1, 2 }[ratio], anchor.Height / anchor.Width, 1e-6);
                    Assert.Equal((0f, 0f), (anchor.X1 + anchor.X2, anchor.Y1 + anchor.Y2));
                }
    }

    [Fact]
    public void Generate_Order_IsLevelRowColumnAnchor()
    {
        var grid = new AnchorGenerator(new()).Generate(160, 224);
        var index = 0;
        foreach (var level in grid.Levels)
        {
            Assert.Equal(index, level.Offset);
            for (var row = 0; row < level.Grid.Height; row++)
                for (var column = 0; column < level.Grid.Width; column++)
                    for (var anchor = 0; anchor < 9; anchor++, index++)
                    {
                        var box = grid.Boxes[index];
                        Assert.Equal(column << level.Level, (box.X1 + box.X2) / 2, 1e-3);
                        Assert.Equal(row << level.Level, (box.Y1 + box.Y2) / 2, 1e-3);
                        Assert.Equal(grid.Cell(level.Level - 3)[anchor].Width, box.Width, 1e-3);
                        Assert.Equal(new Box(grid.X1[index], grid.Y1[index], grid.X2[index], grid.Y2[index]), box);
                    }
            Assert.Equal(level.Offset + level.Count, index);
        }
        Assert.Equal(index, grid.Count);
    }

    [Fact]
    public void GridSizes_AnySize_IsTheChainOfConvolutions()
    {
        var generator = new AnchorGenerator(new());
        for (var size = 1; size < 700; size++)
        {
            var expected = size;
            // Kernel 3, stride 2, padding 1.
            for (var level = 0; level < 3; level++)
                expected = (expected + 2 - 3) / 2 + 1;
            foreach (var grid in generator.GridSizes(size, 64))
            {
                Assert.Equal(expected, grid.Height);
                expected = (expected - 1) / 2 + 1;
            }
        }
    }

    [Fact]
    public void Generate_GridSizesGiven_DividesTheSizeAsTorchvision()
    {
        GridSize[] sizes = [new(13, 21), new(7, 11), new(4, 6), new(2, 3), new(1, 2)];
        var grid = new AnchorGenerator(Torchvision).Generate(100, 164, sizes);
        Assert.Equal([(7, 7), (14, 14), (25, 27), (50, 54), (100, 82)], grid.Levels.Select(level => (level.StrideY, level.StrideX)));
        Assert.Equal(sizes, grid.Levels.Select(level => level.Grid));
        Assert.Throws<ArgumentException>("sizes", () => new AnchorGenerator(Torchvision).Generate(100, 164, sizes.AsSpan(1)));
        Assert.Throws<ArgumentException>("sizes", () => new AnchorGenerator(Torchvision).Generate(100, 164, new GridSize[5]));
    }

    [Fact]
    public void Generate_SameSize_GivesTheSameGridAlsoToOtherThreads()
    {
        var generator = new AnchorGenerator(new());
        var grid = generator.Generate(64, 64);
        Parallel.For(0, 200, i =>
        {
            Assert.Same(grid, generator.Generate(64, 64));
            Assert.Equal(32 * (1 + i % 8), generator.Generate(32 * (1 + i % 8), 32).Height);
        });
    }

    [Fact]
    public void Generate_ManySizes_DropsTheOldest()
    {
        var generator = new AnchorGenerator(new());
        var grid = generator.Generate(32, 32);
        for (var i = 2; i < 30; i++)
            generator.Generate(32 * i, 32);
        Assert.NotSame(grid, generator.Generate(32, 32));
    }

    [Fact]
    public void Generate_MillionsOfAnchors_KeepsTheLatestGridOnly()
    {
        var generator = new AnchorGenerator(new() { MinLevel = 0, MaxLevel = 0, Scales = [1], Ratios = [1] });
        var small = generator.Generate(32, 32);
        var large = generator.Generate(2048, 2048);

        Assert.Same(large, generator.Generate(2048, 2048));
        Assert.NotSame(small, generator.Generate(32, 32));
    }

    [Fact]
    public void Constructor_SettingsOutOfRange_Throws()
    {
        foreach (var settings in new AnchorSettings[]
                 {
                     new() { Scales = [] }, new() { Ratios = [1, 0] }, new() { Scales = [double.NaN] }, new() { BaseSize = -1 },
                     new() { MinLevel = 5, MaxLevel = 4 }, new() { MinLevel = -1 }, new() { MaxLevel = 40 },
                 })
            Assert.Throws<ArgumentException>(() => new AnchorGenerator(settings));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AnchorGenerator(new()).Generate(0, 5));
    }
}
