using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace RetinaSharp.Detection.Weights;

/// <summary>A safetensors file opened for reading. The header is validated completely on opening. Reads are thread-safe.</summary>
public sealed class SafetensorsFile : IWeightSource
{
    private const int ChunkBytes = 1 << 20;
    private const int SliceLength = 1 << 28;

    private readonly FileBytes _file;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(FileBytes file)
    {
        _file = file;
        var (path, fileLength) = (file.Path, file.Length);
        if (fileLength < SafetensorsHeader.PrefixLength)
            throw new WeightsException(path, $"holds {fileLength} bytes, too few for a safetensors file; get or export it again");
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixLength];
        file.ReadAt(0, prefix);
        RejectOtherFormats(path, prefix);
        var jsonLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var room = fileLength - SafetensorsHeader.PrefixLength;
        if (jsonLength > SafetensorsHeader.MaxLength || jsonLength > (ulong)room)
        {
            throw new WeightsException(
                path, $"its header would take {jsonLength} bytes, of at most {Math.Min(room, SafetensorsHeader.MaxLength)}; "
                    + "the file is cut short or not a safetensors file, get or export it again");
        }
        var json = file.Read(SafetensorsHeader.PrefixLength, (int)jsonLength);
        _dataStart = SafetensorsHeader.PrefixLength + json.Length;
        _dataLength = fileLength - _dataStart;
        _header = SafetensorsHeaderParser.Parse(path, json, _dataLength);
    }

    /// <summary>The file's path, as given.</summary>
    public string Path => _file.Path;

    /// <summary>The file's metadata: free-form key-value strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Type, shape and location of each tensor by its name, in the order of the data in the file.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Entries => _header.Tensors;

    /// <inheritdoc/>
    public IEnumerable<string> Names => Entries.Keys;

    /// <summary>Opens a file and validates its header; values and checksum are not checked.</summary>
    /// <exception cref="WeightsException">The file cannot be read or violates the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = FileBytes.Open(path);
        try
        {
            return new SafetensorsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public WeightEntry? Find(string name) => Entries.GetValueOrDefault(name);

    /// <summary>Returns type, shape and location of a tensor.</summary>
    /// <exception cref="WeightsException">The file has no such tensor.</exception>
    public SafetensorsTensor GetEntry(string name) => Entries.TryGetValue(name, out var tensor)
        ? tensor
        : throw new WeightsException(
            Path, $"has no tensor '{SafetensorsHeaderParser.Show(name)}' among its {Entries.Count}; "
                + "the file belongs to another architecture, choose the matching file or architecture");

    /// <summary>Reads the bytes of a tensor; elements are little-endian and in row-major order.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="destination">Receives the bytes; must have the length of the tensor's data.</param>
    /// <exception cref="ArgumentException">The destination's length differs from that of the tensor's data.</exception>
    /// <exception cref="WeightsException">The file has no such tensor, or cannot be read.</exception>
    public void Read(string name, Span<byte> destination)
    {
        var tensor = GetEntry(name);
        if (destination.Length != tensor.Length)
            throw new ArgumentException($"'{name}' has {tensor.Length} bytes, not {destination.Length}.", nameof(destination));
        _file.ReadAt(_dataStart + tensor.Begin, destination);
    }

    /// <inheritdoc/>
    public float[] ReadFp32(string name)
    {
        var values = new float[CountInOneArray(GetEntry(name))];
        ReadFp32(name, 0, values);
        return values;
    }

    /// <summary>Returns the number of elements of a tensor, and checks that an array can hold them.</summary>
    /// <exception cref="WeightsException">The tensor has more elements than an array can hold.</exception>
    public int CountInOneArray(SafetensorsTensor tensor) => tensor.Count <= Array.MaxLength
        ? (int)tensor.Count
        : throw new WeightsException(Path, $"tensor '{SafetensorsHeaderParser.Show(tensor.Name)}' has {tensor.Count} elements, of at most {Array.MaxLength}; split it");

    /// <summary>Reads a range of elements of a tensor of type F16, BF16, F32 or F64, converted to fp32, in row-major order.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="first">Index of the first element.</param>
    /// <param name="destination">Receives the elements; its length determines their number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range exceeds the tensor.</exception>
    /// <exception cref="WeightsException">The file has no such tensor, the tensor has another type, or the file cannot be read.</exception>
    public void ReadFp32(string name, long first, Span<float> destination)
    {
        var tensor = GetEntry(name);
        if (!tensor.IsFloating)
        {
            throw new WeightsException(
                Path, $"tensor '{SafetensorsHeaderParser.Show(name)}' is {tensor.Type.FormatName()}; convert it to F16, BF16, F32 or F64");
        }
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, tensor.Count - destination.Length);
        var size = tensor.Type.ElementSize();
        var offset = _dataStart + tensor.Begin + (first * size);
        if (tensor.Type == SafetensorsType.F32)
        {
            // In slices: the bytes of a large tensor do not fit into one span.
            for (; !destination.IsEmpty; destination = destination[Math.Min(SliceLength, destination.Length)..])
            {
                var slice = MemoryMarshal.AsBytes(destination[..Math.Min(SliceLength, destination.Length)]);
                _file.ReadAt(offset, slice);
                offset += slice.Length;
            }
            return;
        }
        var converted = 0;
        foreach (var chunk in Chunks(offset, (long)destination.Length * size))
        {
            var count = chunk.Length / size;
            tensor.Type.ToSingles(chunk.Span, destination.Slice(converted, count));
            converted += count;
        }
    }

    /// <summary>Verifies the checksum in the metadata, if there is one.</summary>
    /// <returns>Whether the file has a checksum.</returns>
    /// <exception cref="WeightsException">The checksum does not match, or the file cannot be read.</exception>
    public bool VerifyChecksum()
    {
        if (!Metadata.TryGetValue(SafetensorsHeader.ChecksumKey, out var expected))
            return false;
        // Older files have a checksum of the data section only.
        if (expected != Checksum(HeaderWithoutChecksum(expected)) && expected != Checksum([]))
            throw new WeightsException(Path, "does not match its SHA-256; the file is corrupt or was modified by another program, get or export it again");
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private string Checksum(ReadOnlySpan<byte> before)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        foreach (var chunk in Chunks(_dataStart, _dataLength))
            hash.AppendData(chunk.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private byte[] HeaderWithoutChecksum(string checksum)
    {
        var header = _file.Read(0, (int)_dataStart);
        var entry = header.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{SafetensorsHeader.ChecksumKey}\":\"{checksum}\""));
        if (entry >= 0 && checksum.Length == SafetensorsHeader.ChecksumPlaceholder.Length)
            header.AsSpan(entry + SafetensorsHeader.ChecksumKey.Length + 4, checksum.Length).Fill((byte)'0');
        return header;
    }

    /// <summary>
    /// Rejects other file formats by their first bytes, with a message that names the format. Read as a header length, these bytes would give exabytes.
    /// </summary>
    private static void RejectOtherFormats(string path, ReadOnlySpan<byte> start)
    {
        if (start.SequenceEqual("version "u8))
            throw new WeightsException(path, "is a Git LFS pointer, not the file itself: run `git lfs pull` in its repository");
        // A ZIP archive, or pickle protocol 2 with PyTorch's magic number from before version 1.6.
        if (start.StartsWith("PK\x03\x04"u8) || start.StartsWith((ReadOnlySpan<byte>)[0x80, 0x02, 0x8A, 0x0A]))
            throw new WeightsException(path, "is a PyTorch file (.pth), which has no model description; import it first");
    }

    /// <summary>Reads a range of the file in chunks of whole elements. A chunk is valid only until the next one is read.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (long done = 0; done < length; done += ChunkBytes)
            {
                var chunk = buffer.AsMemory(0, (int)Math.Min(ChunkBytes, length - done));
                _file.ReadAt(offset + done, chunk.Span);
                yield return chunk;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
