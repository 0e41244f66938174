using RetinaSharp.Datasets.Shards;

namespace RetinaSharp.Datasets;

/// <summary>
/// The encoded bytes of an image, in one of the two places where a dataset can have them: a file of their own, or an entry of a tar shard. What reads images
/// takes this instead of a path, so that it works for both.
/// </summary>
/// <param name="Path">Path of the file. For an entry of a shard, the path of the shard followed by the name of the entry: it names the image in messages, but cannot be opened.</param>
/// <param name="Entry">Where the bytes are in a shard; null: they are the file at <paramref name="Path"/>.</param>
public sealed record ImageFile(string Path, ShardEntry? Entry = null)
{
    // That of FileStream.
    private const int BufferBytes = 4096;

    /// <summary>Whether the file, or the shard, exists.</summary>
    public bool Exists => File.Exists(Container);

    /// <summary>Number of encoded bytes.</summary>
    /// <exception cref="IOException">The file does not exist.</exception>
    public long Length => Entry?.Length ?? new FileInfo(Path).Length;

    // The file that the operating system knows.
    private string Container => Entry?.Shard ?? Path;

    /// <summary>Creates the image file at a path.</summary>
    /// <param name="path">Path of the file.</param>
    public static implicit operator ImageFile(string path) => new(path);

    /// <summary>Opens the encoded bytes. Any number of streams can be open at once; each reads from the disk only what is asked of it.</summary>
    /// <returns>A stream that can seek, at its start.</returns>
    /// <exception cref="IOException">The file cannot be opened, or the shard does not have the entry where it should be.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public Stream OpenRead() => Entry is { } entry
        ? new BufferedStream(ShardEntryStream.Open(entry, Path), BufferBytes)
        : new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);

    /// <summary>Reads all encoded bytes.</summary>
    /// <exception cref="IOException">The file cannot be read, or the shard does not have the entry where it should be.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public byte[] ReadBytes()
    {
        if (Entry is not { } entry)
            return File.ReadAllBytes(Path);
        using var stream = ShardEntryStream.Open(entry, Path);
        var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.ReadExactly(bytes);
        return bytes;
    }
}
