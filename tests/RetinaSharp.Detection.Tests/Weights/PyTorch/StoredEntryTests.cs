using System.Buffers.Binary;
using System.IO.Compression;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Tests.Weights.PyTorch;

public sealed class StoredEntryTests : IDisposable
{
    private readonly PyTorchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3_000_000)]
    [InlineData(1_048_570, 12)]
    [InlineData(2_999_999, 1)]
    public void Read_Range_HasItsBytes(int offset, int length)
    {
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        using var file = FileBytes.Open(_folder.Put(PyTorchFolder.Archive(CompressionLevel.NoCompression, ("x", content))));
        using var archive = new ZipArchive(new FileBytesStream(file));

        var entry = new StoredEntry(file, archive.Entries[0]);

        Assert.Equal(content.AsSpan(offset, length).ToArray(), entry.Read(offset, length));
        Assert.Equal(content.AsSpan(offset, length).ToArray(), entry.Read(offset, length));
    }

    [Fact]
    public void Read_ByteOutsideOfTheRangeChanged_Refused()
    {
        var bytes = PyTorchFolder.Archive(CompressionLevel.NoCompression, ("x", "12345678"u8.ToArray()));
        bytes[bytes.AsSpan().IndexOf("12345678"u8)] ^= 1;
        using var file = FileBytes.Open(_folder.Put(bytes));
        using var archive = new ZipArchive(new FileBytesStream(file));

        var error = Assert.Throws<WeightsException>(() => new StoredEntry(file, archive.Entries[0]).Read(4, 4));

        Assert.Contains("'x' in it does not match its checksum", error.Reason);
    }

    [Fact]
    public void Open_ZipBomb_RefusedBeforeItIsUnpacked()
    {
        var pickle = PickleBuilder.StateDictionary([("a", [6])]);
        var bomb = PyTorchFolder.Archive(CompressionLevel.Optimal, ("archive/data/0", new byte[50 << 20]), ("archive/data.pkl", pickle));
        var before = GC.GetAllocatedBytesForCurrentThread();

        _folder.Refused(bomb, "the entry 'archive/data/0' is compressed or encrypted");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Open_CompressedToItsOwnLength_IsRefusedOrRead()
    {
        var bytes = PyTorchFolder.Archive(PickleBuilder.StateDictionary([("a", [2])]), ("archive/data/0", new byte[8]));
        // Method 8 (deflate) in every entry of the list, and in every entry itself.
        for (var at = 0; at < bytes.Length - 12; at++)
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) is var signature and (0x02014B50 or 0x04034B50))
                bytes[at + (signature == 0x02014B50 ? 10 : 8)] = 8;

        Assert.False(_folder.ThrowsOrReads(bytes));
    }

    [Fact]
    public void Open_ListOfTooManyBytes_Refused()
    {
        var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            for (var i = 0; i < 300; i++)
                archive.CreateEntry($"{i}{new string('x', 60_000)}");

        _folder.Refused(bytes.ToArray(), "list of contents that is larger than any file of weights has");
    }

    [Fact]
    public void ReadFp32_TwoViewsOfOneStorage_ReadsBoth()
    {
        byte[] storage = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];
        var pickle = PickleBuilder.Start().Add(PickleOpcode.EmptyDict)
            .Text("a").Tensor("0", [2], [1], 0, 6).Add(PickleOpcode.SetItem)
            .Text("b").Tensor("0", [2, 2], [2, 1], 2, 6).Add(PickleOpcode.SetItem).Stop();

        var read = PyTorchFolder.ReadAll(_folder.Put(PyTorchFolder.Archive(pickle, ("archive/data/0", storage))));

        Assert.Equal([0, 1], read["a"]);
        Assert.Equal([2, 3, 4, 5], read["b"]);
    }
}
