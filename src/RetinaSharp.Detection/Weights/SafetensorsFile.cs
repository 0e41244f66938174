using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// A safetensors file open for reading, wholly checked when opened. Read, not mapped: a file that shrinks under a mapping kills the
/// process, where a short read is an exception. Reads may run side by side.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        (_path, _handle) = (path, handle);
        var fileLength = RandomAccess.GetLength(handle);
        if (fileLength < SafetensorsHeader.PrefixLength)
            throw new WeightsException(path, $"holds {fileLength} bytes, too few for a safetensors file; get or export it again");
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixLength];
        ReadAt(0, prefix);
        RefuseOtherFormats(path, prefix);
        var jsonLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var room = fileLength - SafetensorsHeader.PrefixLength;
        if (jsonLength > SafetensorsHeader.MaxLength || jsonLength > (ulong)room)
        {
            throw new WeightsException(
                path, $"its header would take {jsonLength} bytes, of at most {Math.Min(room, SafetensorsHeader.MaxLength)}; "
                    + "the file is cut short or not a safetensors file, get or export it again");
        }
        var json = new byte[jsonLength];
        ReadAt(SafetensorsHeader.PrefixLength, json);
        _dataStart = SafetensorsHeader.PrefixLength + json.Length;
        _dataLength = fileLength - _dataStart;
        _header = SafetensorsHeaderParser.Parse(path, json, _dataLength);
    }

    /// <summary>The file's path, as given.</summary>
    public string Path => _path;

    /// <summary>The free texts of the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>The tensors by name; enumerates in the order of their data.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Entries => _header.Tensors;

    /// <summary>Opens a file and checks all of it but the values and the checksum.</summary>
    /// <exception cref="WeightsException">The file cannot be read or breaks a rule of the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, share: FileShare.Read | FileShare.Delete);
            return new SafetensorsFile(path, handle);
        }
        catch (Exception e)
        {
            handle?.Dispose();
            if (e is IOException or UnauthorizedAccessException or NotSupportedException)
                throw Unreadable(path, e);
            throw;
        }
    }

    /// <summary>Reads a tensor's bytes, little-endian, in C order.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">Takes them; as long as the tensor's data.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="WeightsException">The file has no such tensor, or cannot be read.</exception>
    public void Read(string name, Span<byte> destination)
    {
        var tensor = Find(name);
        if (destination.Length != tensor.Length)
            throw new ArgumentException($"'{name}' takes {tensor.Length} bytes, not {destination.Length}.", nameof(destination));
        ReadAt(_dataStart + tensor.Begin, destination);
    }

    /// <summary>Reads a tensor of F16, BF16, F32 or F64 as single-precision numbers, in C order.</summary>
    /// <exception cref="WeightsException">The file has no such tensor, it is of another type or too long, or cannot be read.</exception>
    public float[] ReadSingles(string name)
    {
        var tensor = Find(name);
        if (tensor.Type is not (SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64))
        {
            throw new WeightsException(
                _path, $"tensor '{SafetensorsHeaderParser.Show(name)}' is {tensor.Type.FormatName()}; convert it to F16, BF16, F32 or F64");
        }
        if (tensor.Count > Array.MaxLength)
        {
            throw new WeightsException(
                _path, $"tensor '{SafetensorsHeaderParser.Show(name)}' has {tensor.Count} elements, of at most {Array.MaxLength}; split it");
        }
        var values = new float[tensor.Count];
        var size = tensor.Type.ElementSize();
        var converted = 0;
        foreach (var chunk in Chunks(_dataStart + tensor.Begin, tensor.Length))
        {
            var count = chunk.Length / size;
            Convert(tensor.Type, chunk.Span, values.AsSpan(converted, count));
            converted += count;
        }
        return values;
    }

    /// <summary>Holds the file against the checksum in the metadata, where there is one.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="WeightsException">It differs, or the file cannot be read.</exception>
    public bool VerifyChecksum()
    {
        if (!Metadata.TryGetValue(SafetensorsHeader.ChecksumKey, out var expected))
            return false;
        // One pass for both meanings that the checksum has had.
        using IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256), data = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        whole.AppendData(HeaderWithoutChecksum(expected));
        foreach (var chunk in Chunks(_dataStart, _dataLength))
        {
            whole.AppendData(chunk.Span);
            data.AppendData(chunk.Span);
        }

        if (expected != System.Convert.ToHexStringLower(whole.GetHashAndReset()) && expected != System.Convert.ToHexStringLower(data.GetHashAndReset()))
            throw new WeightsException(_path, "does not match its SHA-256; the file is damaged or was changed by another program, get or export it again");
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private byte[] HeaderWithoutChecksum(string checksum)
    {
        var header = new byte[_dataStart];
        ReadAt(0, header);
        var entry = header.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{SafetensorsHeader.ChecksumKey}\":\"{checksum}\""));
        if (entry >= 0 && checksum.Length == SafetensorsHeader.ChecksumPlaceholder.Length)
            header.AsSpan(entry + SafetensorsHeader.ChecksumKey.Length + 4, checksum.Length).Fill((byte)'0');
        return header;
    }

    private static void Convert(SafetensorsType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = type switch
            {
                SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(source[(2 * i)..]),
                // bfloat16 is the upper half of a single.
                SafetensorsType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]) << 16),
                SafetensorsType.F32 => BinaryPrimitives.ReadSingleLittleEndian(source[(4 * i)..]),
                _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]),
            };
        }
    }

    /// <summary>Names what people give instead; the first eight bytes of these would make headers of exabytes.</summary>
    private static void RefuseOtherFormats(string path, ReadOnlySpan<byte> start)
    {
        if (start.SequenceEqual("version "u8))
            throw new WeightsException(path, "is a Git LFS pointer, not the file itself: run `git lfs pull` in its repository");
        // A ZIP archive; or pickle's protocol 2 with the magic number of PyTorch before 1.6.
        if (start.StartsWith("PK\x03\x04"u8) || start.StartsWith((ReadOnlySpan<byte>)[0x80, 0x02, 0x8A, 0x0A]))
            throw new WeightsException(path, "is a PyTorch file (.pth), which is not read as a model; give a run folder or a .safetensors file of this program");
    }

    private static WeightsException Unreadable(string path, Exception e) =>
        new(path, $"cannot be read ({e.Message}); check that the file is there and that you may read it", e);

    private SafetensorsTensor Find(string name) => Entries.TryGetValue(name, out var tensor)
        ? tensor
        : throw new WeightsException(
            _path, $"has no tensor '{SafetensorsHeaderParser.Show(name)}' among its {Entries.Count}; "
                + "it is of another architecture, choose the file or the architecture that fits");

    /// <summary>A range of the file, a piece at a time; a piece is valid until the next and holds whole elements.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (long done = 0; done < length; done += ChunkBytes)
            {
                var chunk = buffer.AsMemory(0, (int)Math.Min(ChunkBytes, length - done));
                ReadAt(offset + done, chunk.Span);
                yield return chunk;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void ReadAt(long offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                var read = RandomAccess.Read(_handle, destination, offset);
                if (read == 0)
                    throw new WeightsException(_path, "became shorter while it was read; read it again when its writer is done");
                offset += read;
                destination = destination[read..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(_path, e);
        }
    }
}
