using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Tests.Data;

public class ImageStoreTests
{
    [Theory]
    [InlineData(384, 288, 1, 128, 96)]
    [InlineData(384, 288, 1.5, 192, 144)]
    [InlineData(384, 288, 8, 384, 288)]
    [InlineData(90, 80, 1, 90, 80)]
    public void Read_Image_IsNoLargerThanNeeded(int width, int height, double maxScale, int readWidth, int readHeight)
    {
        using var pictures = new Pictures();
        var source = pictures.Add(width, height);
        var store = new ImageStore(new(96, 200), maxScale, 1 << 30);

        var image = store.Read(source);

        Assert.Equal((readWidth, readHeight), (image.Width, image.Height));
        Assert.Same(image, store.Read(source));
        Assert.Equal(image.Pixels.Length, store.CachedBytes);
    }

    [Fact]
    public void Read_ReducedJpegOfOddSize_IsAccepted()
    {
        using var pictures = new Pictures();
        var source = pictures.Add(1003, 777) with { Path = pictures.At("odd.jpg") };
        Pictures.Paint(1003, 777).Save(source.Path);

        var image = new ImageStore(new(96, 200), 1, 0).Read(source);

        Assert.Equal((123, 95), (image.Width, image.Height));
    }

    [Fact]
    public void Read_FullMemory_KeepsTheFirstImages()
    {
        using var pictures = new Pictures();
        var (first, second) = (pictures.Add(96, 96), pictures.Add(96, 96));
        var store = new ImageStore(new(96, 200), 1, 96 * 96 * 3 + 100);

        var image = store.Read(first);

        Assert.NotSame(store.Read(second), store.Read(second));
        Assert.Same(image, store.Read(first));
        Assert.Equal(96 * 96 * 3, store.CachedBytes);
    }

    [Fact]
    public void Read_MissingFile_NamesIt()
    {
        using var pictures = new Pictures();
        var source = Pictures.Describe(96, 96) with { Path = pictures.At("missing.png") };

        Assert.Contains("missing.png", Assert.Throws<ImageException>(() => new ImageStore(new(96, 200), 1, 0).Read(source)).Message);
    }
}
