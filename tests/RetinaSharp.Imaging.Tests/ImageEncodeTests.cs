namespace RetinaSharp.Imaging.Tests;

public class ImageEncodeTests
{
    [Theory]
    [InlineData(ImageEncoding.Png, 0)]
    [InlineData(ImageEncoding.Jpeg, 20)]
    [InlineData(ImageEncoding.WebP, 20)]
    public void Encode_ThenDecode_RoundTrips(ImageEncoding format, int tolerance)
    {
        var image = GoldenImages.Pixels("rgb.png");

        Assert.InRange(GoldenImages.Difference(image, Image.Decode(image.Encode(format))), 0, tolerance);
    }

    [Theory]
    [InlineData(ImageEncoding.Jpeg)]
    [InlineData(ImageEncoding.WebP)]
    public void Encode_LowerQuality_GivesFewerBytes(ImageEncoding format)
    {
        var image = GoldenImages.Pixels("rgb.png").Resize(200, 120);

        Assert.True(image.Encode(format, 20).Length < image.Encode(format, 95).Length);
    }

    [Fact]
    public void Encode_SideTooLongForWebP_Throws() =>
        Assert.Throws<ImageException>(() => new Image(16384, 1, new byte[3 * 16384]).Encode(ImageEncoding.WebP));

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void Encode_QualityOutOfRange_Throws(int quality) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GoldenImages.Pixels("rgb.png").Encode(ImageEncoding.Jpeg, quality));

    [Theory]
    [InlineData("a.png", "89504E47")]
    [InlineData("a.JPG", "FFD8FF")]
    [InlineData("a.jpeg", "FFD8FF")]
    [InlineData("a.webp", "52494646")]
    public void Save_Extension_SelectsFormatAndLeavesNoTemporaryFile(string name, string signature)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At(name), "old");

        GoldenImages.Pixels("rgb.png").Save(folder.At(name));

        Assert.StartsWith(signature, Convert.ToHexString(File.ReadAllBytes(folder.At(name))));
        Assert.Equal([folder.At(name)], Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Save_UnknownExtension_Throws() =>
        Assert.Throws<ArgumentException>(() => GoldenImages.Pixels("rgb.png").Save("image.gif"));

    [Fact]
    public void Save_PathIsFolder_ThrowsAndLeavesNoTemporaryFile()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("a.png"));

        var e = Assert.Throws<ImageException>(() => GoldenImages.Pixels("rgb.png").Save(folder.At("a.png")));

        Assert.Equal(folder.At("a.png"), e.File);
        Assert.Empty(Directory.GetFiles(folder.Root));
    }
}
