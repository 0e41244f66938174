using RetinaSharp.Datasets;
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

    [Theory]
    [InlineData(".png", 1)]
    [InlineData(".jpg", 1)]
    [InlineData(".jpg", double.PositiveInfinity)]
    public void Read_Region_IsCutFromTheFileInItsOriginalSize(string extension, double maxScale)
    {
        using var pictures = new Pictures();
        var source = Pictures.Describe(60, 50) with { Path = pictures.At($"image{extension}"), Crop = new(300, 200, 60, 50) };
        Pictures.Paint(384, 288).Save(source.Path);
        var store = new ImageStore(new(96, 200), maxScale, 1 << 30);

        var image = store.Read(source);

        Assert.Equal(Image.Load(source.Path).Crop(300, 200, 60, 50).Pixels, image.Pixels);
        Assert.Equal(384 * 288 * 3, store.CachedBytes);
        File.Delete(source.Path);
        Assert.Equal(image.Pixels, store.Read(source).Pixels);
        Assert.Equal((10, 20), (store.Read(source with { Crop = new(0, 0, 10, 20) }).Width, store.Read(source with { Crop = new(0, 0, 10, 20) }).Height));
    }

    [Fact]
    public void Read_RegionOutsideOfTheFile_NamesBoth()
    {
        using var pictures = new Pictures();
        var source = pictures.Add(96, 96) with { Width = 60, Height = 50, Crop = new(40, 0, 60, 50) };

        Assert.Contains("is 96 x 96, and the region of 60 x 50 pixels at (40, 0)", Assert.Throws<DatasetException>(() => new ImageStore(new(96, 200), 1, 0).Read(source)).Message);
    }
}
