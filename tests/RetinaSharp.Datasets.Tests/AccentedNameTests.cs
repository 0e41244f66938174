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
    [InlineData("\u30AC\u30B91.jpg", "\u30AB\u3099\u30B91.jpg")]
    [InlineData("\u30D1\u30F31.jpg", "\u30CF\u309A\u30F31.jpg")]
    [InlineData("\uAC00\uAC01.jpg", "\u1100\u1161\u1100\u1161\u11A8.jpg")]
    [InlineData("\uD7A31.jpg", "\u1112\u1175\u11C21.jpg")]
    [InlineData("\u043C\u0439\u04511.jpg", "\u043C\u0438\u0306\u0435\u03081.jpg")]
    [InlineData("\u0390\u03CE1.jpg", "\u03B9\u0308\u0301\u03C9\u03011.jpg")]
    public void Resolve_ComposedOrDecomposedName_FindsTheFile(string composed, string decomposed)
    {
        _folder.WriteImage("a/" + decomposed);
        _folder.WriteImage("b/" + composed);

        Assert.Equal(_folder.At("a", decomposed), new ImageResolver("set.json", [_folder.At("a")]).Resolve(composed, ""));
        Assert.Equal(_folder.At("b", composed), new ImageResolver("set.json", [_folder.At("b")]).Resolve(decomposed, ""));
    }

    [Theory]
    [InlineData("猫1.jpg", "犬1.jpg")]
    [InlineData("\u30AC\u30B91.jpg", "\u30D0\u30B91.jpg")]
    [InlineData("\uAC001.jpg", "\uAC011.jpg")]
    [InlineData("\u0E01\u0E341.jpg", "\u0E01\u0E351.jpg")]
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
