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

    [Theory]
    [InlineData(false, "x-2.jpg")]
    [InlineData(true, "x.jpg")]
    public void Next_ExistingFile_IsReplacedIfItIsOfAnEarlierRun(bool hasResults, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("x.jpg", "");
        if (hasResults)
            folder.Write("detections.json", "[]");

        Assert.Equal(folder.At(expected), new DrawingPaths(folder.Root, ["a/x.jpg"]).Next("a/x.jpg"));
    }
}
