using System.Buffers.Binary;
using System.Text;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

/// <summary>A folder of a test's own, with hand-made safetensors files in it.</summary>
public sealed class SafetensorsFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("safetensors");

    public string Path => _folder.FullName;

    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The bytes of a file of this header and this much data, 0, 1, 2, ….</summary>
    public static byte[] Bytes(string json, int dataLength = 0)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        for (var i = 0; i < dataLength; i++)
            bytes[8 + header.Length + i] = (byte)i;
        return bytes;
    }

    public string Put(byte[] bytes)
    {
        var path = At("file.safetensors");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Opens these bytes as a file, which must be refused for a reason that holds this text.</summary>
    internal WeightsException Refused(byte[] bytes, string reason)
    {
        var path = Put(bytes);
        var e = Assert.Throws<WeightsException>(() => SafetensorsFile.Open(path).Dispose());
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
        Assert.Equal(path, e.File);
        Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
        return e;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
