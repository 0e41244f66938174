namespace RetinaSharp.Imaging.Decoding;

/// <summary>The first image file directory (IFD) of a TIFF or BigTIFF file, or of EXIF data, which has the same structure.</summary>
internal readonly ref struct TiffDirectory
{
    private const int WidthTag = 256, HeightTag = 257, OrientationTag = 274, SamplesTag = 277, RowsPerStripTag = 278, PlanarTag = 284;
    private const int TileWidthTag = 322, TileHeightTag = 323, StripOffsetsTag = 273, StripSizesTag = 279, TileOffsetsTag = 324, TileSizesTag = 325;

    // CMYK with alpha has 5; scientific images with more are not supported.
    private const ulong MaxSamples = 16;

    private readonly FileBytes _file;
    private readonly bool _isLittleEndian, _isBig;
    private readonly long _entries;
    private readonly int _count;

    private TiffDirectory(FileBytes file)
    {
        _file = file;
        _isLittleEndian = file.Has(0, "II"u8);
        _isBig = Read(2, 2) == 43;
        var at = _isBig ? Read(8, 8) : Read(4, 4);
        if (at >= (ulong)file.Length)
            return;
        _entries = (long)at + (_isBig ? 8 : 2);
        _count = (int)Math.Min(Read((long)at, _isBig ? 8 : 2), (ulong)((file.Length - (long)at) / EntrySize));
    }

    private int EntrySize => _isBig ? 20 : 12;

    /// <summary>Returns whether the bytes start with the header of a TIFF or BigTIFF file.</summary>
    public static bool IsAt(FileBytes file) =>
        file.Length >= 8 && ((file.Has(0, "II"u8) && file[2] is 42 or 43 && file[3] == 0) || (file.Has(0, "MM"u8) && file[2] == 0 && file[3] is 42 or 43));

    /// <summary>Returns the orientation in EXIF data, 1 to 8; 1 if it is missing or invalid.</summary>
    public static int Orientation(FileBytes exif)
    {
        if (!IsAt(exif))
            return 1;
        var directory = new TiffDirectory(exif);
        for (var i = 0; i < directory._count; i++)
        {
            if (directory.Tag(i) == OrientationTag)
                return Valid(directory.Value(i));
        }

        return 1;
    }

    /// <summary>
    /// Reads size and orientation of the first image of a TIFF file, and checks its entries for values that would make the decoder fail or
    /// allocate too much memory.
    /// </summary>
    public static ImageScan Scan(FileBytes file)
    {
        var directory = new TiffDirectory(file);
        ulong width = 0, height = 0, tileWidth = 0, tileHeight = 0, samples = 1, rows = ulong.MaxValue, segments = ulong.MaxValue;
        var (orientation, isInFile, isPlanar) = (1, true, false);
        // Values do not overlap, so the file has room for those of all entries. Otherwise many entries could have the whole file as their values, and would all be read.
        UInt128 unread = (uint)file.Length;
        for (var i = 0; i < directory._count; i++)
        {
            var size = directory.Size(i);
            isInFile = isInFile && size <= unread && directory.IsInFile(i);
            unread -= UInt128.Min(size, unread);
            // If a tag is repeated, uses the greater value: the limit must hold whichever one the decoder uses.
            var value = directory.Value(i);
            switch (directory.Tag(i))
            {
                case WidthTag: width = Math.Max(width, value); break;
                case HeightTag: height = Math.Max(height, value); break;
                case TileWidthTag: tileWidth = Math.Max(tileWidth, value); break;
                case TileHeightTag: tileHeight = Math.Max(tileHeight, value); break;
                case SamplesTag: samples = Math.Max(samples, value); break;
                case OrientationTag: orientation = Valid(value); break;
                case RowsPerStripTag: rows = Math.Clamp(value, 1, rows); break;
                case PlanarTag: isPlanar |= value == 2; break;
                case StripOffsetsTag or StripSizesTag or TileOffsetsTag or TileSizesTag:
                    // LibTiff.NET allocates the declared sizes of all segments (strips or tiles).
                    segments = Math.Min(segments, directory.Count(i));
                    isInFile = isInFile && directory.AreInFile(i);
                    break;
            }
        }

        var damage = !isInFile ? "is corrupt: entries of its directory overlap or are outside of the file"
            : segments < RequiredSegments() ? $"is corrupt: its directory has {segments} strips or tiles, fewer than the image needs"
            : samples > MaxSamples ? $"has {samples} samples per pixel, more than the limit of {MaxSamples}"
            : null;
        return width == 0 || height == 0
            ? new(ImageFormat.Tiff)
            : new(ImageFormat.Tiff, Math.Max(width, tileWidth), Math.Max(height, tileHeight), orientation, damage);

        ulong RequiredSegments()
        {
            var perPlane = tileWidth > 0 && tileHeight > 0 ? DivideUp(width, tileWidth) * DivideUp(height, tileHeight) : DivideUp(height, Math.Min(rows, Math.Max(height, 1)));
            return isPlanar ? perPlane * samples : perPlane;
        }
    }

    private static ulong DivideUp(ulong value, ulong by) => (value / by) + (value % by == 0 ? 0u : 1u);

    private static int Valid(ulong orientation) => orientation is >= 1 and <= 8 ? (int)orientation : 1;

    private ulong Read(long at, int count) => _isLittleEndian ? _file.LittleEndian(at, count) : _file.BigEndian(at, count);

    private long Entry(int index) => _entries + ((long)index * EntrySize);

    private ulong Tag(int index) => Read(Entry(index), 2);

    private ulong Type(int index) => Read(Entry(index) + 2, 2);

    // The first integer of an entry. Negative values become huge, and so are rejected; entries of other types give 0.
    private ulong Value(int index) => Type(index) is 1 or 3 or 4 or 6 or 8 or 9 or 16 or 17 ? Read(Entry(index) + (_isBig ? 12 : 8), Bytes(Type(index))) : 0;

    private ulong Count(int index) => Read(Entry(index) + 4, _isBig ? 8 : 4);

    // Number of bytes of the values.
    private UInt128 Size(int index) => (UInt128)Count(index) * (uint)Bytes(Type(index));

    private bool IsInFile(int index)
    {
        var inline = _isBig ? 8 : 4;
        return Size(index) <= (uint)inline || Read(Entry(index) + (_isBig ? 12 : 8), inline) + Size(index) <= (ulong)_file.Length;
    }

    // Whether all values of an entry, which is itself in the file, are offsets or sizes within the file.
    private bool AreInFile(int index)
    {
        var size = Bytes(Type(index));
        var inline = _isBig ? 8 : 4;
        var position = Entry(index) + (_isBig ? 12 : 8);
        var at = Size(index) <= (uint)inline ? position : (long)Read(position, inline);
        for (var i = 0L; i < (long)Count(index); i++, at += size)
        {
            if (Read(at, size) > (ulong)_file.Length)
                return false;
        }

        return true;
    }

    private static int Bytes(ulong type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        _ => 8,
    };
}
