using RetinaSharp.Cli.Verbs;

namespace RetinaSharp.Cli.Tests;

public sealed class DrawingPathsTests
{
    [Fact]
    public void Next_SameNameInTwoFolders_GetsANumber()
    {
        var paths = new DrawingPaths("out", ["a/x.jpg", "b/x.jpg"]);

        Assert.Equal([Path.GetFullPath("out/x.jpg"), Path.GetFullPath("out/x-2.jpg")], [paths.Next("a/x.jpg"), paths.Next("b/x.jpg")]);
    }

    [Fact]
    public void Next_OutputFolderOfTheInputs_OverwritesNone() =>
        Assert.Equal(Path.GetFullPath("a/x-2.png"), new DrawingPaths("a", ["a/x.png"]).Next("a/x.png"));

    [Fact]
    public void Next_FormatThatCannotBeWritten_IsPng() =>
        Assert.Equal(Path.GetFullPath("out/x.png"), new DrawingPaths("out", ["a/x.tif"]).Next("a/x.tif"));
}
