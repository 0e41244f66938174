using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Tests;

public class InputSizeTests
{
    // In single 800 / 480 is below 5 / 3, so that torchvision makes 799 rows of 480; 1333 / 2000 likewise.
    [Theory]
    [InlineData(800, 1333, 640, 480, 1066, 799)]
    [InlineData(800, 1333, 480, 640, 799, 1066)]
    [InlineData(800, 1333, 2000, 500, 1332, 333)]
    [InlineData(240, 320, 640, 480, 320, 240)]
    [InlineData(600, 1000, 600, 600, 600, 600)]
    [InlineData(100, 200, 9000, 3, 200, 1)]
    public void Fit_Size_IsTorchvisions(int shortSide, int longSide, int width, int height, int fitWidth, int fitHeight) =>
        Assert.Equal(new ImageGeometry(width, height, fitWidth, fitHeight), new InputSize(shortSide, longSide).Fit(width, height));

    [Fact]
    public void ToSource_WholeImage_IsWholeOriginal()
    {
        var fit = new InputSize(800, 1333).Fit(641, 479);

        var box = fit.ToSource(new Box(0, 0, fit.Width, fit.Height));

        Assert.Equal(641, box.X2, .001f);
        Assert.Equal(479, box.Y2, .001f);
        Assert.Equal(fit.Width, fit.FromSource(box).X2, .001f);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 99)]
    [InlineData(100, 100_000)]
    public void Validate_OutOfRange_Throws(int shortSide, int longSide) =>
        Assert.Throws<ArgumentException>(() => new InputSize(shortSide, longSide).Validate());

    [Fact]
    public void Fit_Square_StretchesAndMapsBoxesBack()
    {
        var fit = InputSize.Square(300).Fit(600, 150);

        Assert.Equal(new ImageGeometry(600, 150, 300, 300), fit);
        Assert.Equal(new(100, 50, 200, 75), fit.ToSource(new(50, 100, 100, 150)));
        Assert.Throws<ArgumentException>((InputSize.Square(300) with { Long = 400 }).Validate);
    }
}
