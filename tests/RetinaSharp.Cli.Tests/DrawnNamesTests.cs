using RetinaSharp.Cli.Verbs;

namespace RetinaSharp.Cli.Tests;

public sealed class DrawnNamesTests
{
    [Fact]
    public void For_SameNamesFromTwoFolders_AreKeptApart()
    {
        var names = new DrawnNames("out", ["a/x.jpg", "b/x.jpg"]);

        Assert.Equal([Path.GetFullPath("out/x.jpg"), Path.GetFullPath("out/x-2.jpg")], [names.For("a/x.jpg"), names.For("b/x.jpg")]);
    }

    [Fact]
    public void For_OutputFolderOfTheInputs_OverwritesNone() =>
        Assert.Equal(Path.GetFullPath("a/x-2.png"), new DrawnNames("a", ["a/x.png"]).For("a/x.png"));

    [Fact]
    public void For_FormatThatIsNotWritten_IsPng() =>
        Assert.Equal(Path.GetFullPath("out/x.png"), new DrawnNames("out", ["a/x.tif"]).For("a/x.tif"));
}
