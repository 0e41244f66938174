using System.Formats.Tar;
using System.Globalization;

namespace RetinaSharp.Datasets.Shards;

/// <summary>Writes samples to numbered shards of a bounded size. The same samples give the same bytes.</summary>
/// <param name="folder">Folder of the shards.</param>
/// <param name="prefix">First part of the names of the shards.</param>
/// <param name="maxBytes">Size at which a shard is full; a sample that is larger has a shard of its own.</param>
internal sealed class ShardWriter(string folder, string prefix, long maxBytes) : IDisposable
{
    // Two blocks of zeros end an archive.
    private const int EndBytes = 2 * TarHeader.BlockSize;

    private readonly List<ShardFile> _shards = [];
    private readonly List<ShardImage> _images = [];
    private FileStream? _file;
    private TarWriter? _tar;

    /// <summary>Adds a sample.</summary>
    /// <param name="id">Id of the image.</param>
    /// <param name="key">Key of the sample: without dots, because WebDataset takes everything after the first dot for the extension.</param>
    /// <param name="extension">Extension of the image, without dot.</param>
    /// <param name="image">Bytes of the image file.</param>
    /// <param name="annotations">Its JSON.</param>
    public void Add(long id, string key, string extension, byte[] image, byte[] annotations)
    {
        var bytes = SizeOf(image) + SizeOf(annotations);
        if (_file is not null && _file.Position + bytes + EndBytes > maxBytes)
            Complete();
        if (_file is null)
        {
            _file = new FileStream(Path.Combine(folder, Name), FileMode.CreateNew, FileAccess.Write);
            _tar = new TarWriter(_file, TarEntryFormat.Ustar, leaveOpen: true);
        }

        var name = $"{key}.{extension}";
        _images.Add(new(id, name, _file.Position + TarHeader.BlockSize, image.Length));
        Add(name, image);
        Add($"{key}.json", annotations);
    }

    /// <summary>Completes the last shard, and returns all of them.</summary>
    public IReadOnlyList<ShardFile> Finish()
    {
        if (_file is not null)
            Complete();
        return _shards;
    }

    // The writer of the archive would write its end, which fails again on a full disk.
    public void Dispose() => _file?.Dispose();

    private string Name => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{_shards.Count:000000}{ShardIndex.ShardExtension}");

    private void Add(string name, byte[] data) => _tar!.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(data),
        // Times would make equal datasets differ.
        ModificationTime = DateTimeOffset.UnixEpoch,
    });

    private void Complete()
    {
        _tar!.Dispose();
        _file!.Flush(flushToDisk: true);
        _shards.Add(new(Name, _file.Length, [.. _images]));
        _file.Dispose();
        _images.Clear();
        (_file, _tar) = (null, null);
    }

    private static long SizeOf(byte[] data) => TarHeader.BlockSize + TarHeader.Pad(data.Length);
}
