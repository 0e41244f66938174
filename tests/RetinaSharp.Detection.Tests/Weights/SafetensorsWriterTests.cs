using System.Security.Cryptography;
using System.Text;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private readonly SafetensorsFolder _folder = new();

    private string Target => _folder.At("model.safetensors");

    public void Dispose() => _folder.Dispose();

    private static SafetensorsEntry Bytes(string name, params byte[] data) => new(name, SafetensorsType.U8, [data.Length], data);

    [Fact]
    public void Write_Checksum_IsSha256OfTheFileWithZerosInItsPlace()
    {
        SafetensorsWriter.Write(Target, [Bytes("b", 3, 4), Bytes("a", 1, 2)], NoMetadata);
        using var file = SafetensorsFile.Open(Target);
        var digits = file.Metadata["retinasharp.sha256"];
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Target));
        Assert.Equal(digits, Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(text.Replace(digits, new string('0', 64))))));
    }

    [Fact]
    public void VerifyChecksum_AnyFlippedBit_IsRecognised()
    {
        SafetensorsWriter.Write(Target, [Bytes("a", 1, 2, 3, 4, 5)], new Dictionary<string, string> { ["key"] = "value" });
        var whole = File.ReadAllBytes(Target);
        for (var bit = 0; bit < 8 * whole.Length; bit++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(IsWhole(_folder.Put(bytes)), $"bit {bit % 8} of byte {bit / 8}");
        }

        Assert.True(IsWhole(Target));
    }

    [Fact]
    public void VerifyChecksum_OfTheDataAlone_IsReadAsBefore()
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData([0, 1]));
        string Json(string checksum) => $$$"""{"__metadata__":{"retinasharp.sha256":"{{{checksum}}}"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";
        using var file = SafetensorsFile.Open(_folder.Put(SafetensorsFolder.Bytes(Json(digest), 2)));
        Assert.True(file.VerifyChecksum());
        using var other = SafetensorsFile.Open(_folder.Put(SafetensorsFolder.Bytes(Json(digest[1..] + "0"), 2)));
        Assert.Throws<WeightsException>(() => other.VerifyChecksum());
    }

    [Fact]
    public void VerifyChecksum_NoneInFile_False()
    {
        // A checksum carried over from another file's metadata must not go along.
        SafetensorsWriter.Write(Target, [Bytes("a", 1)], new Dictionary<string, string> { ["retinasharp.sha256"] = "stale" }, checksum: false);
        using var file = SafetensorsFile.Open(Target);
        Assert.Empty(file.Metadata);
        Assert.False(file.VerifyChecksum());
    }

    [Fact]
    public void Write_StaleChecksumInMetadata_Replaced()
    {
        SafetensorsWriter.Write(Target, [Bytes("a", 1)], new Dictionary<string, string> { ["retinasharp.sha256"] = "stale" });
        using var file = SafetensorsFile.Open(Target);
        Assert.True(file.VerifyChecksum());
    }

    [Fact]
    public void Write_SameContentInOtherOrder_SameBytes()
    {
        SafetensorsWriter.Write(Target, [Bytes("a", 1), Bytes("b", 2)], new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });
        var first = File.ReadAllBytes(Target);
        SafetensorsWriter.Write(Target, [Bytes("b", 2), Bytes("a", 1)], new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" });
        Assert.Equal(first, File.ReadAllBytes(Target));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Write_WrongAmountOfData_LeavesOldFileAlone(int length)
    {
        File.WriteAllText(Target, "old");
        var e = Assert.Throws<ArgumentException>(
            () => SafetensorsWriter.Write(Target, [new("a", SafetensorsType.F16, [1], new byte[length])], NoMetadata));
        Assert.Contains($"'a' wrote {length} bytes where its shape takes 2", e.Message, StringComparison.Ordinal);
        AssertOnlyOld();
    }

    [Fact]
    public void Write_CallbackThrows_LeavesOldFileAlone()
    {
        File.WriteAllText(Target, "old");
        var entry = new SafetensorsEntry("a", SafetensorsType.U8, [1], _ => throw new InvalidOperationException("no device"));
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(Target, [entry], NoMetadata));
        AssertOnlyOld();
    }

    [Fact]
    public void Write_DiskFull_ThrowsIOExceptionAndLeavesOldFileAlone()
    {
        File.WriteAllText(Target, "old");
        var entry = new SafetensorsEntry("a", SafetensorsType.U8, [1], _ => throw new IOException("No space left on device"));
        var e = Assert.Throws<IOException>(() => SafetensorsWriter.Write(Target, [entry], NoMetadata));
        Assert.Contains("No space left on device", e.Message, StringComparison.Ordinal);
        Assert.Contains(Target, e.Message, StringComparison.Ordinal);
        AssertOnlyOld();
    }

    [Fact]
    public void Write_FolderMissing_ThrowsIOException() => Assert.Throws<IOException>(
        () => SafetensorsWriter.Write(Path.Combine(_folder.Path, "none", "x.safetensors"), [], NoMetadata));

    [Fact]
    public void Write_TargetIsFolder_ThrowsAndLeavesNothing()
    {
        Directory.CreateDirectory(Target);
        Assert.Throws<IOException>(() => SafetensorsWriter.Write(Target, [Bytes("a", 1)], NoMetadata));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Write_Success_LeavesOnlyTheFile()
    {
        File.WriteAllText(Target, "old");
        SafetensorsWriter.Write(Target, [Bytes("a", 1)], NoMetadata);
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Path));
        SafetensorsFile.Open(Target).Dispose();
    }

    [Fact]
    public void Write_BadArguments_ThrowArgumentException()
    {
        void Refused(params SafetensorsEntry[] entries) => Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(Target, entries, NoMetadata));
        Refused(Bytes("a", 1), Bytes("a", 2));
        Refused(Bytes("__metadata__", 1));
        Refused(new SafetensorsEntry("a", SafetensorsType.U8, [-1], new byte[1]));
        Refused(new SafetensorsEntry("a", SafetensorsType.F64, [long.MaxValue], new byte[1]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(Target, [], new Dictionary<string, string> { ["a"] = null! }));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private static bool IsWhole(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            return file.VerifyChecksum();
        }
        catch (WeightsException)
        {
            return false;
        }
    }

    private void AssertOnlyOld()
    {
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal("old", File.ReadAllText(Target));
    }
}
