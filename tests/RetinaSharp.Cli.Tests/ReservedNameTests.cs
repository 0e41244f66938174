using RetinaSharp.Cli.Watching;

namespace RetinaSharp.Cli.Tests;

public sealed class ReservedNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Take_SameNameWithAnotherExtension_GetsANumber()
    {
        using var first = Take("a.jpg");
        using var second = Take("a.png");

        Assert.Equal((_folder.At("a.jpg"), _folder.At("a-2.png")), (first.Image, second.Image));
        Assert.Equal((_folder.At("a.json"), _folder.At("a-2.json")), (first.Json, second.Json));
    }

    [Fact]
    public void Dispose_ImageThatWasNotMoved_LeavesNothing()
    {
        using (var name = Take("a.b.png"))
        {
            _folder.Write("drawn/a.b.jpg", "drawing");
            File.WriteAllText(name.Json, "{}");
            Assert.False(name.Move(new(_folder.At("gone.png"), 5, default)));
        }

        Assert.Empty(Files());
    }

    [Fact]
    public void Dispose_MovedImageThatWasTaken_LeavesItsDetections()
    {
        var file = ArrivedFile.Look(new(_folder.Write("in/a.png", "12345")));
        using (var name = ReservedName.Take(_folder.Root, file))
        {
            File.WriteAllText(name.Json, "{}");
            Assert.True(name.Move(file));
            File.Delete(name.Image);
        }

        Assert.Equal(["a.json"], Files());
    }

    [Theory]
    [InlineData("12345", true)]
    [InlineData("123", false)]
    [InlineData(null, false)]
    public void Recover_KilledProcess_CompletesTheMoveOrRemovesWhatWasWritten(string? moved, bool isComplete)
    {
        _folder.Write("a.watch.tmp", "5 .png");
        _folder.Write("a.json", "{}");
        _folder.Write("drawn/a.jpg", "drawing");
        if (moved is not null)
            _folder.Write("a.png.tmp", moved);
        _folder.Write("b.tmp", "of another program");
        _folder.Write("failed/c.watch.tmp", "5 .png");
        _folder.Write("failed/c.png.tmp", "12345");
        string[] expected = isComplete ? ["a.json", "a.png", "b.tmp", "drawn/a.jpg", "failed/c.png"] : ["b.tmp", "failed/c.png"];

        new WatchedFolder(_folder.Root, null).Recover();

        Assert.Equal(expected, Files());
    }

    [Fact]
    public void Recover_KilledAfterTheMove_FreesTheName()
    {
        _folder.Write("a.watch.tmp", "5 .png");
        _folder.Write("a.json", "{}");
        _folder.Write("a.png", "12345");

        ReservedName.Recover(_folder.Root);

        Assert.Equal(["a.json", "a.png"], Files());
    }

    [Fact]
    public void Recover_KilledBeforeTheFirstFile_TouchesNoOther()
    {
        _folder.Write("a.watch.tmp", "");
        _folder.Write("a.json", "of another program");

        ReservedName.Recover(_folder.Root);

        Assert.Equal(["a.json"], Files());
    }

    [Fact]
    public void Recover_NameInUse_IsLeftAlone()
    {
        using var name = Take("a.png");
        File.WriteAllText(name.Json, "{}");

        ReservedName.Recover(_folder.Root);

        Assert.Equal(["a.json", "a.watch.tmp"], Files());
    }

    private ReservedName Take(string file) => ReservedName.Take(_folder.Root, new(_folder.At("in", file), 5, default));

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(_folder.Root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
