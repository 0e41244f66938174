using System.Formats.Tar;
using System.Text;
using RetinaSharp.Datasets.Shards;

namespace RetinaSharp.Datasets.Tests.Shards;

public sealed class TarScannerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Scan_EveryFormat_FindsFilesAndTheirBytes(TarEntryFormat format)
    {
        string[] names = format == TarEntryFormat.V7 ? ["a.jpg", "folder/b.jpg", "empty"] : ["a.jpg", $"{new string('d', 90)}/{new string('f', 60)}.jpg", "folder/b.jpg", "empty"];
        if (format is TarEntryFormat.Pax or TarEntryFormat.Gnu)
            names = [.. names, $"{new string('l', 300)}.jpg", "\u00e4.jpg"];
        var path = Write(format, names);

        var entries = TarScanner.Scan(path);

        Assert.Equal(names, entries.Select(entry => entry.Name));
        var bytes = File.ReadAllBytes(path);
        foreach (var entry in entries)
        {
            Assert.Equal(Data(entry.Name), bytes[(int)entry.Offset..(int)(entry.Offset + entry.Length)]);
            Assert.Equal(Data(entry.Name), new ImageFile($"{path}/{entry.Name}", new(path, entry.Offset, (int)entry.Length)).ReadBytes());
        }
    }

    [Fact]
    public void Scan_FoldersAndLinks_AreSkipped()
    {
        var path = _folder.At("x.tar");
        using (var writer = new TarWriter(File.Create(path)))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "folder/"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "folder/a") { DataStream = new MemoryStream([1]) });
        }

        Assert.Equal("folder/a", Assert.Single(TarScanner.Scan(path)).Name);
    }

    [Fact]
    public void Scan_AnyTruncation_IsAnErrorThatNamesTheShard()
    {
        var bytes = File.ReadAllBytes(Write(TarEntryFormat.Pax, ["a.jpg", "\u00e4.jpg"]));
        // The end is two blocks, of which one is enough.
        for (var length = 0; length <= bytes.Length - 1024; length += 100)
        {
            var path = _folder.Write("cut.tar", bytes[..length]);
            var error = Assert.Throws<DatasetException>(() => TarScanner.Scan(path));
            Assert.Equal(path, error.File);
            Assert.Contains("copy", error.Reason);
        }
    }

    [Fact]
    public void Scan_EndAndPaddingOfZeros_AreRead()
    {
        var entries = File.ReadAllBytes(Write(TarEntryFormat.Ustar, ["a.jpg"]))[..^1024];

        // One block at the end of the file, a record of GNU tar, a MiB.
        foreach (var zeros in new[] { 512, 700, 10240 - entries.Length, 1024 + (1 << 20) })
            Assert.Single(TarScanner.Scan(_folder.Write("padded.tar", [.. entries, .. new byte[zeros]])));
    }

    [Fact]
    public void Scan_FileThatGoesOnAfterItsEnd_IsAnErrorThatNamesTheShard()
    {
        var archive = File.ReadAllBytes(Write(TarEntryFormat.Ustar, ["a.jpg"]));
        var entries = archive[..^1024];

        Check("data follow", [.. entries, .. new byte[512], .. archive]);
        Check("data follow", [.. archive, .. archive]);
        Check("data follow", [.. archive, 1]);
        // A download that was interrupted, in a file of the whole length.
        Check("1049601 more bytes follow", [.. entries, .. new byte[1025 + (1 << 20)]]);

        void Check(string reason, byte[] bytes)
        {
            var path = _folder.Write("long.tar", bytes);
            var error = Assert.Throws<DatasetException>(() => TarScanner.Scan(path));
            Assert.Equal(path, error.File);
            Assert.Contains(reason, error.Reason);
            Assert.Contains("copy the shard again", error.Reason);
        }
    }

    [Theory]
    [InlineData("../a.jpg")]
    [InlineData("/etc/a.jpg")]
    [InlineData("a/../../b.jpg")]
    [InlineData("C:\\a.jpg")]
    [InlineData("a\\..\\b.jpg")]
    [InlineData("a\nb.jpg")]
    public void Scan_NamesThatLeadOutOfTheShard_AreErrors(string name) =>
        Assert.Contains("not a relative path", Assert.Throws<DatasetException>(() => TarScanner.Scan(Write(TarEntryFormat.Gnu, [name]))).Message);

    [Fact]
    public void Scan_OtherFiles_AreErrors()
    {
        Assert.Contains("not a tar archive", Error(Encoding.ASCII.GetBytes(new string('x', 2000))));
        Assert.Contains("empty", Error([]));

        string Error(byte[] bytes) => Assert.Throws<DatasetException>(() => TarScanner.Scan(_folder.Write("x.tar", bytes))).Message;
    }

    [Fact]
    public void Scan_HeaderOfNamesThatClaimsGigabytes_IsAnErrorWithoutTheMemory()
    {
        var path = _folder.At("x.tar");
        using (var writer = new TarWriter(File.Create(path), TarEntryFormat.Gnu))
            writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream([1]) });
        var bytes = File.ReadAllBytes(path);
        SetField(bytes, 156, "L");
        SetField(bytes, 124, "77777777777\0");
        SetChecksum(bytes);
        using (var file = File.Create(path))
        {
            file.Write(bytes);
            file.SetLength(9L << 30);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<DatasetException>(() => TarScanner.Scan(path));

        Assert.Contains("a header of names has 8589934591 bytes", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Scan_MutatedArchives_AreReadOrRejected()
    {
        var bytes = File.ReadAllBytes(Write(TarEntryFormat.Pax, ["a.jpg", $"{new string('l', 200)}.jpg"]));

        Assert.InRange(Mutations.CountRejected(bytes, mutated => TarScanner.Scan(_folder.Write("mutated.tar", mutated))), 1, Mutations.Rounds - 1);
    }

    private static byte[] Data(string name) => name == "empty" ? [] : Encoding.UTF8.GetBytes($"data of {name}");

    private static void SetField(byte[] header, int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);

    private static void SetChecksum(byte[] header)
    {
        SetField(header, 148, "        ");
        SetField(header, 148, $"{Convert.ToString(header.Take(512).Sum(part => part), 8).PadLeft(6, '0')}\0 ");
    }

    private string Write(TarEntryFormat format, params string[] names)
    {
        var path = _folder.At($"{format}.tar");
        using var writer = new TarWriter(File.Create(path), format);
        foreach (var name in names)
        {
            var data = new MemoryStream(Data(name));
            writer.WriteEntry(format switch
            {
                TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name) { DataStream = data },
                TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data },
                TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data },
                _ => (System.Formats.Tar.TarEntry)new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = data },
            });
        }

        return path;
    }
}
