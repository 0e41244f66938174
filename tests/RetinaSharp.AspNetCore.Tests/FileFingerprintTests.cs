using RetinaSharp.AspNetCore.Models;

namespace RetinaSharp.AspNetCore.Tests;

public sealed class FileFingerprintTests : IDisposable
{
    private static readonly DateTime Early = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Late = Early.AddHours(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_File_ChangesWithSizeAndTime()
    {
        var path = Write("model.onnx", "12345", Early);
        var first = FileFingerprint.Read(path);

        Write("model.onnx", "12345", Late);
        Assert.NotEqual(first, FileFingerprint.Read(path));
        Write("model.onnx", "1234", Early);
        Assert.NotEqual(first, FileFingerprint.Read(path));
        Write("model.onnx", "54321", Early);
        Assert.Equal(first, FileFingerprint.Read(path));
    }

    [Fact]
    public void Read_RunFolder_LooksAtModelFilesOnly()
    {
        Write("best.safetensors", "123", Early);
        Write("last.safetensors", "12", Late);
        var before = FileFingerprint.Read(_folder.Root);

        Write("metrics.jsonl", "1", Late.AddHours(1));

        Assert.NotEqual(default, before);
        Assert.Equal(before, FileFingerprint.Read(_folder.Root));
    }

    /// <summary>The sum of the sizes and the latest time stay the same.</summary>
    [Fact]
    public void Read_FolderWhoseFilesAreExchanged_Changes()
    {
        Write("best.safetensors", "123", Early);
        Write("last.safetensors", "12", Late);
        var before = FileFingerprint.Read(_folder.Root);

        Write("best.safetensors", "12", Late);
        Write("last.safetensors", "123", Early);

        Assert.NotEqual(before, FileFingerprint.Read(_folder.Root));
    }

    [Fact]
    public void Read_Link_IsThatOfItsFile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        var expected = FileFingerprint.Read(Write("model.onnx", "12345", Early));
        File.Move(_folder.At("model.onnx"), _folder.At("first.onnx"));
        var second = Write("second.onnx", "1234567", Late);

        File.CreateSymbolicLink(_folder.At("model.onnx"), "first.onnx");
        Assert.Equal(expected, FileFingerprint.Read(_folder.At("model.onnx")));
        File.Delete(_folder.At("model.onnx"));
        File.CreateSymbolicLink(_folder.At("model.onnx"), second);
        Assert.NotEqual(expected, FileFingerprint.Read(_folder.At("model.onnx")));
    }

    [Fact]
    public void Read_NothingThere_IsDefault() => Assert.Equal(default, FileFingerprint.Read(_folder.At("missing.onnx")));

    private string Write(string name, string text, DateTime modified)
    {
        var path = _folder.Write(name, text);
        File.SetLastWriteTimeUtc(path, modified);
        return path;
    }
}
