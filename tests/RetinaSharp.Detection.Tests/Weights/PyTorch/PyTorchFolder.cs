using System.IO.Compression;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Tests.Weights.PyTorch;

/// <summary>A folder of a test's own, with hand-made files of PyTorch in it.</summary>
internal sealed class PyTorchFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pytorch");

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public string Put(byte[] bytes)
    {
        var path = At("file.pth");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>An archive as torch.save writes it, by .NET's own writer of archives.</summary>
    public static byte[] Archive(byte[] pickle, params (string Name, byte[] Bytes)[] others) => Archive(CompressionLevel.NoCompression, [("archive/data.pkl", pickle), .. others]);

    public static byte[] Archive(CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>The bytes of <see cref="LegacyPyTorch"/> up to the object's pickle.</summary>
    public static byte[] LegacyStart(long version = 1001, bool littleEndian = true) =>
    [
        .. LegacyPyTorch.Start,
        .. PickleBuilder.Start().Int(version).Stop(),
        .. PickleBuilder.Start().Add(PickleOpcode.EmptyDict).Text("little_endian").Add(littleEndian ? PickleOpcode.NewTrue : PickleOpcode.NewFalse).Add(PickleOpcode.SetItem).Stop(),
    ];

    /// <summary>Writes a file with so many tensors as torch.save does.</summary>
    public string Save(string name, IEnumerable<(string Name, long[] Shape, float[] Values)> tensors, string? under = null)
    {
        var all = tensors.ToList();
        using var archive = new ZipArchive(File.Create(At(name)), ZipArchiveMode.Create);
        Write("archive/data.pkl", PickleBuilder.StateDictionary(all.Select(tensor => (tensor.Name, tensor.Shape)), under));
        for (var i = 0; i < all.Count; i++)
            Write($"archive/data/{i}", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(all[i].Values));
        return At(name);

        void Write(string entry, ReadOnlySpan<byte> bytes)
        {
            using var stream = archive.CreateEntry(entry, CompressionLevel.NoCompression).Open();
            stream.Write(bytes);
        }
    }

    /// <summary>Opens these bytes as a file and reads all of it, which must be refused for a reason that holds this text.</summary>
    public void Refused(byte[] bytes, string reason)
    {
        var path = Put(bytes);
        var error = Assert.Throws<WeightsException>(() => ReadAll(path));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.Equal(path, error.File);
    }

    /// <summary>Whether these bytes can be read as a file; where not, it must be for a reason that names the file.</summary>
    public bool ThrowsOrReads(byte[] bytes)
    {
        var path = Put(bytes);
        try
        {
            ReadAll(path);
            return true;
        }
        catch (WeightsException error)
        {
            Assert.Equal(path, error.File);
            return false;
        }
    }

    public static Dictionary<string, float[]> ReadAll(string path)
    {
        using var file = PyTorchFile.Open(FileBytes.Open(path));
        return file.Names.Where(name => file.Find(name)!.IsFloating).ToDictionary(name => name, file.ReadFp32);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
