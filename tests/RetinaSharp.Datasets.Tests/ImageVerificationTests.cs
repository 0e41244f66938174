namespace RetinaSharp.Datasets.Tests;

public sealed class ImageVerificationTests
{
    [Theory]
    [InlineData(10_000, 10_000, false)]
    [InlineData(10_001, 10_000, true)]
    [InlineData(65_535, 10, false)]
    [InlineData(10, 65_536, true)]
    public void FindBadImages_CompleteFile_IsDecodedIfTheDecoderMayRefuseItsSize(int width, int height, bool isDecoded)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.png", [.. ImageBytes.Png(width, height), .. "IEND"u8]);
        var image = new AnnotatedImage { Id = 1, FileName = "a.png", Path = path, Width = width, Height = height, Annotations = [] };

        var bad = ImageVerification.FindBadImages(new() { Source = "set", Categories = [], Images = [image] }, decode: _ => "too large");

        string[] expected = isDecoded ? ["too large"] : [];
        Assert.Equal(expected, bad.Select(one => one.Reason));
    }
}
