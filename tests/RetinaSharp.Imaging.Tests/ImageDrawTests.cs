namespace RetinaSharp.Imaging.Tests;

public class ImageDrawTests
{
    private static readonly (int R, int G, int B) FirstColor = (230, 25, 75);

    [Fact]
    public void Draw_Box_PaintsItsEdgesAndLeavesTheSourceAlone()
    {
        var blank = Blank(200, 100);
        var drawn = blank.Draw([new BoxLabel(50, 40, 150, 80, "", 0)]);

        Assert.Equal(FirstColor, At(drawn, 50, 60));
        Assert.Equal(FirstColor, At(drawn, 150, 60));
        Assert.Equal(FirstColor, At(drawn, 100, 40));
        Assert.Equal(FirstColor, At(drawn, 100, 80));
        Assert.Equal((90, 90, 90), At(drawn, 100, 60));
        Assert.Equal((90, 90, 90), At(drawn, 10, 10));
        Assert.Equal(-1, blank.Pixels.IndexOfAnyExcept((byte)90));
    }

    [Fact]
    public void Draw_LargerImage_HasThickerLines()
    {
        Assert.Equal(1, EdgeWidth(Blank(200, 200)));
        Assert.InRange(EdgeWidth(Blank(2000, 2000)), 5, 7);

        static int EdgeWidth(Image blank)
        {
            var drawn = blank.Draw([new BoxLabel(50, 50, blank.Width - 50, blank.Height - 50, "", 0)]);
            return Enumerable.Range(20, 60).Count(x => At(drawn, x, blank.Height / 2) == FirstColor);
        }
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(0, 0)]
    [InlineData(180, 2)]
    [InlineData(190, 95)]
    [InlineData(-500, -500)]
    [InlineData(5000, 5000)]
    public void Draw_Label_LiesInsideTheImageWithLegibleText(float x, float y)
    {
        var drawn = Blank(200, 100).Draw([new BoxLabel(x, y, x + 30, y + 30, "car 0.97", 0)]);

        var (background, ink) = (0, 0);
        for (var row = 0; row < 100; row++)
        {
            for (var column = 0; column < 200; column++)
            {
                var pixel = At(drawn, column, row);
                background += pixel == FirstColor ? 1 : 0;
                ink += pixel.R > 200 && pixel.G > 200 && pixel.B > 200 ? 1 : 0;
            }
        }
        Assert.True(background > 400, $"{background} pixels of background");
        Assert.True(ink > 40, $"{ink} pixels of text");
    }

    [Fact]
    public void Draw_SameLabelAtTwoPositions_LooksTheSame()
    {
        // The whole label is shifted into the image, not cut.
        var middle = Blank(200, 100).Draw([new BoxLabel(60, 60, 60, 60, "person 0.5", 3)]);
        var corner = Blank(200, 100).Draw([new BoxLabel(199, 60, 199, 60, "person 0.5", 3)]);

        Assert.Equal(ColorOfTheLabel(middle), ColorOfTheLabel(corner));

        static int ColorOfTheLabel(Image image) => Enumerable.Range(0, 200 * 59).Count(i => At(image, i % 200, i / 200) == (0, 130, 200));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 40)]
    [InlineData(40, 3)]
    public void Draw_TinyImage_DoesNotFail(int width, int height)
    {
        var drawn = Blank(width, height).Draw([new BoxLabel(0, 0, 2, 2, "a very long label \n 你好 " + new string('x', 500), 12345)]);

        Assert.Equal((width, height), (drawn.Width, drawn.Height));
    }

    [Fact]
    public void Draw_FirstBox_IsOverTheOthers()
    {
        var drawn = Blank(200, 100).Draw([new BoxLabel(50, 40, 150, 80, "", 0), new BoxLabel(50, 40, 150, 80, "", 1)]);

        Assert.Equal(FirstColor, At(drawn, 100, 40));
    }

    [Fact]
    public void Draw_DashedBox_HasGapsOnAllSides()
    {
        var drawn = Blank(200, 100).Draw([new BoxLabel(50, 40, 150, 80, "", 0, IsDashed: true)]);

        Assert.InRange(Enumerable.Range(50, 101).Count(x => At(drawn, x, 40) == FirstColor), 40, 60);
        Assert.InRange(Enumerable.Range(40, 41).Count(y => At(drawn, 50, y) == FirstColor), 16, 26);
        Assert.InRange(Enumerable.Range(40, 41).Count(y => At(drawn, 150, y) == FirstColor), 16, 26);
    }

    [Fact]
    public void Draw_BoxOfTheColorOfTheImage_IsOutlined()
    {
        var pixels = new byte[3 * 200 * 100];
        for (var i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = ((byte)FirstColor.R, (byte)FirstColor.G, (byte)FirstColor.B);
        var drawn = new Image(200, 100, pixels).Draw([new BoxLabel(50, 40, 150, 80, "", 0)]);

        Assert.NotEqual(FirstColor, At(drawn, 49, 60));
        Assert.NotEqual(FirstColor, At(drawn, 51, 60));
    }

    [Fact]
    public void Draw_CrowdedBoxes_EveryLabelKeepsItsPixels()
    {
        // Each label has a color of its own, so that it has as many pixels as when it is drawn alone, unless another one lies over it.
        BoxLabel[] boxes = [.. Enumerable.Range(0, 12).Select(i => new BoxLabel(150 + 5 * i, 100 + 4 * i, 200 + 5 * i, 150 + 4 * i, "car 0.97", i))];
        var drawn = Blank(400, 300).Draw(boxes);

        foreach (var box in boxes)
        {
            var withoutLabel = Blank(400, 300).Draw([box with { Text = "" }]);
            var alone = Blank(400, 300).Draw([box]);
            var color = At(withoutLabel, (int)box.X1, (int)box.Y1);
            Assert.True(Count(drawn, color) >= Count(alone, color) - Count(withoutLabel, color), $"the label of box {box.ColorIndex} is hidden");
        }

        static int Count(Image image, (int, int, int) color) => Enumerable.Range(0, 400 * 300).Count(i => At(image, i % 400, i / 400) == color);
    }

    [Fact]
    public void Draw_LargerImage_HasLargerText()
    {
        Assert.InRange(LabelHeight(1600) / (double)LabelHeight(800), 1.8, 2.2);

        static int LabelHeight(int size)
        {
            var drawn = Blank(size, size).Draw([new BoxLabel(size / 2f, size / 2f, size / 2f + 40, size / 2f + 40, "car 0.97", 0)]);
            return Enumerable.Range(0, size / 2).Count(y => At(drawn, size / 2 + 1, y) == FirstColor);
        }
    }

    [Fact]
    public void Draw_NotFinite_Throws()
    {
        Assert.Throws<ArgumentException>(() => Blank(9, 9).Draw([new BoxLabel(float.NaN, 0, 2, 2, "", 0)]));
        Assert.Throws<ArgumentException>(() => Blank(9, 9).Draw([new BoxLabel(0, 0, 2, 2, "", -1)]));
    }

    private static Image Blank(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        pixels.AsSpan().Fill(90);
        return new Image(width, height, pixels);
    }

    private static (int R, int G, int B) At(Image image, int x, int y)
    {
        var pixel = image.Pixels.Slice((y * image.Width + x) * 3, 3);
        return (pixel[0], pixel[1], pixel[2]);
    }
}
