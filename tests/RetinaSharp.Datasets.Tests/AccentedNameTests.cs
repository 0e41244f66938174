using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Tests;

public sealed class AccentedNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Ka\u0308fer1.jpg")]
    [InlineData("K\u00E4fer1.jpg")]
    [InlineData("K\uFFFDfer1.jpg")]
    public void Resolve_AccentWrittenInAnotherWay_FindsTheFile(string file)
    {
        _folder.WriteImage(file);
        var resolver = new ImageResolver("set.json", [_folder.Root]);

        Assert.All((string[])["Ka\u0308fer1.jpg", "K\u00E4fer1.jpg"], name => Assert.Equal(_folder.At(file), resolver.Resolve(name, "")));
    }

    [Theory]
    [InlineData("猫1.jpg", "犬1.jpg")]
    [InlineData("猫1.jpg", "1.jpg")]
    [InlineData("кот 1.jpg", "пёс 1.jpg")]
    [InlineData("Ka\u0308fer1.jpg", "Kfer1.jpg")]
    [InlineData("\u00E4.jpg", "\u00F6.jpg")]
    public void Resolve_MissingFile_IsNotAnotherOne(string name, string other)
    {
        _folder.WriteImage(other);

        Assert.False(File.Exists(new ImageResolver("set.json", [_folder.Root]).Resolve(name, "")));
    }
}
