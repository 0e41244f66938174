namespace RetinaSharp.Imaging.Tests;

public sealed class ContactSheetTests
{
    [Fact]
    public void Create_Images_AreAtTheirCellsWithUnchangedPixels()
    {
        var images = new[] { Plain(40, 30, 200), Plain(30, 40, 100), Plain(40, 40, 50) };

        var sheet = ContactSheet.Create("", [.. images.Select(image => new SheetImage(image))], columns: 2, cellSide: 40);

        Assert.Equal(16 + 40 + 10 + 40 + 16, sheet.Width);
        Assert.Equal(16 + 40 + 10 + 40 + 16, sheet.Height);
        Assert.Equal(200, Red(sheet, 16, 16));
        Assert.Equal(200, Red(sheet, 55, 45));
        Assert.Equal(100, Red(sheet, 66, 16));
        Assert.Equal(50, Red(sheet, 16, 66));
        Assert.Equal(250, Red(sheet, 66, 66));
    }

    [Fact]
    public void Create_LargeImage_IsScaledDownAndASmallOneIsNot()
    {
        var sheet = ContactSheet.Create("", [new(Plain(400, 200, 9)), new(Plain(20, 20, 9))], columns: 1, cellSide: 100);

        Assert.Equal((132, 16 + 50 + 10 + 20 + 16), (sheet.Width, sheet.Height));
        Assert.Equal(9, Red(sheet, 115, 40));
        Assert.Equal(250, Red(sheet, 40, 80));
    }

    [Fact]
    public void Create_TitleLegendAndCaptions_AreDrawn()
    {
        var images = new SheetImage[] { new(Plain(60, 60, 250), "a very long file name that does not fit.png") };

        var plain = ContactSheet.Create("", images, 1, 60);
        var sheet = ContactSheet.Create("Title", images, 1, 60, [new("cat", 0), new("dog", 1), new("ignored", 19, IsDashed: true)]);

        Assert.True(sheet.Height > plain.Height);
        // Red of the palette: the swatch of the first entry.
        Assert.Contains(Enumerable.Range(0, sheet.Height), y => Red(sheet, 20, y) == 230);
        // The caption stays within its cell.
        for (var y = 0; y < plain.Height; y++)
            for (var x = 16 + 60; x < plain.Width; x++)
                Assert.Equal(250, Red(plain, x, y));
        Assert.Contains(Enumerable.Range(16, 60), x => Red(plain, x, 16 + 60 + 10) < 200);
    }

    [Fact]
    public void Create_WithoutImages_Throws() => Assert.Throws<ArgumentException>(() => ContactSheet.Create("", [], 1, 100));

    private static Image Plain(int width, int height, byte gray) => new(width, height, [.. Enumerable.Repeat(gray, width * height * 3)]);

    private static byte Red(Image image, int x, int y) => image.Pixels[(y * image.Width + x) * 3];
}
