namespace RetinaSharp.Detection.Tests;

public sealed class DurableFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    private string Target => Path.Combine(_folder.FullName, "file");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_OverAnother_KeepsItWhereAsked()
    {
        Write("one");
        Write("two", Target + ".old");
        Write("three", Target + ".old");

        Assert.Equal(("three", "two"), (File.ReadAllText(Target), File.ReadAllText(Target + ".old")));
        Assert.Equal(2, _folder.GetFileSystemInfos().Length);
    }

    [Fact]
    public void Write_LeftoverOfACrash_IsOverwritten()
    {
        File.WriteAllText(Target + AtomicFile.TemporarySuffix, "longer than what follows");

        Write("one");

        Assert.Equal("one", File.ReadAllText(Target));
        Assert.Single(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void Write_DiskFull_NamesTheFileAndChangesNothing()
    {
        Write("one");
        Write("two", Target + ".old");

        var error = Assert.Throws<IOException>(() => AtomicFile.Write(Target, file =>
        {
            file.Write("thr"u8);
            throw new IOException("No space left on device");
        }, Target + ".old"));

        Assert.Contains(Target, error.Message);
        Assert.Contains("No space left", error.Message);
        Assert.Equal(("two", "one"), (File.ReadAllText(Target), File.ReadAllText(Target + ".old")));
        Assert.Equal(2, _folder.GetFileSystemInfos().Length);
    }

    private void Write(string text, string? previous = null) => AtomicFile.Write(Target, file => file.Write(System.Text.Encoding.UTF8.GetBytes(text)), previous);
}
