namespace RetinaSharp.Imaging.Decoding;

/// <summary>The first image file directory (IFD) of a TIFF or BigTIFF file, or of EXIF data, which has the same structure.</summary>
internal readonly ref struct TiffDirectory
{
    private const int WidthTag = 256, HeightTag = 257, BitsTag = 258, CompressionTag = 259, OrientationTag = 274, SamplesTag = 277, RowsPerStripTag = 278;
    private const int PlanarTag = 284, SubsamplingTag = 530, ImageDepthTag = 32997, TileDepthTag = 32998;
    private const int TileWidthTag = 322, TileHeightTag = 323, StripOffsetsTag = 273, StripSizesTag = 279, TileOffsetsTag = 324, TileSizesTag = 325;

    // Tags of old-style JPEG, which make LibTiff.NET decode as such even what is declared as JPEG.
    private const int OldJpegFirstTag = 512, OldJpegLastTag = 521;

    private const int OldJpeg = 6, Jpeg = 7;

    private const ulong Short = 3, Long = 4, Long8 = 16;

    // CMYK with alpha has 5; scientific images with more are not supported.
    private const ulong MaxSamples = 5;

    // LibTiff.NET decodes at most 16 bits per sample to RGBA.
    private const ulong MaxBits = 16;

    // The greatest chroma subsampling that TIFF has. LibTiff.NET rounds the size of a strip or tile up to a multiple of it.
    private const ulong MaxSubsampling = 4;

    // Limit of the sum of all strips or tiles, as a multiple of the file. A writer may store equal tiles once. LibTiff.NET copies the declared
    // size of each, so many small tiles could each be the whole file.
    private const ulong MaxStored = 4;

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
        ulong bits = 1, greatestRows = 0, depth = 1, subsampling = 1, stored = 0;
        var (orientation, isInFile, isPlanar) = (1, true, false);
        var (isJpeg, isOldJpeg, hasOldJpegTag, isRepeated, offsets, sizes) = (false, false, false, false, -1, -1);
        // Values do not overlap, so the file has room for those of all entries. Otherwise many entries could have the whole file as their values, and would all be read.
        UInt128 unread = (uint)file.Length;
        for (var i = 0; i < directory._count; i++)
        {
            var size = directory.Size(i);
            isInFile = isInFile && size <= unread && directory.IsInFile(i);
            unread -= UInt128.Min(size, unread);
            // If a tag is repeated, uses the greater value: the limit must hold whichever one the decoder uses.
            var value = directory.Value(i);
            // LibTiff.NET ignores entries of other types; believing them could make strips or tiles look smaller than they are.
            var isShortOrLong = directory.Type(i) is Short or Long;
            switch (directory.Tag(i))
            {
                case WidthTag: width = Math.Max(width, value); break;
                case HeightTag: height = Math.Max(height, value); break;
                case TileWidthTag when isShortOrLong: tileWidth = Math.Max(tileWidth, value); break;
                case TileHeightTag when isShortOrLong: tileHeight = Math.Max(tileHeight, value); break;
                case ImageDepthTag or TileDepthTag: depth = Math.Max(depth, value); break;
                case BitsTag when isShortOrLong: bits = Math.Max(bits, Math.Min(directory.Element(i, 0), MaxBits)); break;
                case SubsamplingTag: subsampling = Math.Max(subsampling, directory.GreaterOfTwo(i)); break;
                case CompressionTag:
                    // LibTiff.NET takes the lower 16 bits; if there are more values than samples, of the position of the values.
                    isJpeg |= (value & 0xFFFF) == Jpeg || (directory.Element(i, 0) & 0xFFFF) == Jpeg;
                    isOldJpeg |= (value & 0xFFFF) == OldJpeg || (directory.Element(i, 0) & 0xFFFF) == OldJpeg;
                    break;
                case >= OldJpegFirstTag and <= OldJpegLastTag: hasOldJpegTag = true; break;
                case SamplesTag: samples = Math.Max(samples, value); break;
                case OrientationTag: orientation = Valid(value); break;
                case RowsPerStripTag when isShortOrLong:
                    rows = Math.Clamp(value, 1, rows);
                    greatestRows = Math.Max(greatestRows, value);
                    break;
                case PlanarTag: isPlanar |= value == 2; break;
                case StripOffsetsTag or StripSizesTag or TileOffsetsTag or TileSizesTag:
                    // LibTiff.NET allocates the declared sizes of all segments (strips or tiles).
                    segments = Math.Min(segments, directory.Count(i));
                    var sum = 0ul;
                    isInFile = isInFile && directory.AreInFile(i, out sum);
                    if (directory.Tag(i) is StripSizesTag or TileSizesTag)
                    {
                        stored += sum;
                        isRepeated |= sizes >= 0;
                        // Otherwise LibTiff.NET ignores the entry, and estimates the size.
                        sizes = isShortOrLong || directory.Type(i) == Long8 ? i : sizes;
                    }
                    else
                    {
                        isRepeated |= offsets >= 0;
                        offsets = i;
                    }

                    break;
            }
        }

        var damage = !isInFile ? "is corrupt: entries of its directory overlap or are outside of the file"
            : segments < RequiredSegments() ? $"is corrupt: its directory has {segments} strips or tiles, fewer than the image needs"
            : samples > MaxSamples ? $"has {samples} samples per pixel, more than the limit of {MaxSamples}"
            : stored / MaxStored > (ulong)file.Length ? $"is corrupt: the sizes of its strips or tiles are {stored} bytes together, more than {MaxStored} times the file"
            : depth > 1 ? $"is a volume of depth {depth}, which is not supported"
            : subsampling > MaxSubsampling ? $"is corrupt: its chroma subsampling is {subsampling}, more than {MaxSubsampling}"
            : isOldJpeg || (isJpeg && hasOldJpegTag) ? "has old-style JPEG compression of TIFF, which is not supported: convert it, for example to PNG or JPEG"
            : isJpeg && offsets >= 0 ? SegmentDefect(directory)
            : null;
        return width == 0 || height == 0
            ? new(ImageFormat.Tiff)
            : new(ImageFormat.Tiff, Math.Max(width, tileWidth), Math.Max(height, tileHeight), orientation, damage, SegmentBytes());

        // What would make LibTiff.NET decode other JPEG data than what is scanned here, or what is wrong with the data.
        string? SegmentDefect(TiffDirectory entries) =>
            isRepeated ? "is corrupt: its directory repeats the offsets or sizes of its strips or tiles"
            // LibTiff.NET would read these as 32-bit values.
            : entries.HasOtherCount(offsets, RequiredSegments()) || entries.HasOtherCount(sizes, RequiredSegments()) ? "is corrupt: its directory has more strips or tiles than the image needs"
            : entries.JpegDefect(offsets, sizes);

        // The memory of LibTiff.NET for a decoded strip or tile.
        ulong SegmentBytes()
        {
            // An image with a greater side or more samples is refused; these limits prevent an overflow.
            const ulong maxSide = ImageDecodeOptions.MaxSide;
            var isTiled = tileWidth > 0 && tileHeight > 0;
            var segmentWidth = Math.Min(isTiled ? tileWidth : width, maxSide);
            var segmentHeight = Math.Min(isTiled ? tileHeight : greatestRows == 0 ? height : Math.Min(greatestRows, height), maxSide);
            // Of planar files it holds the strips or tiles of three colors and alpha.
            var (perPlane, planes) = isPlanar && samples > 1 ? (1ul, Math.Clamp(samples, 4ul, MaxSamples)) : (Math.Min(samples, MaxSamples), 1ul);
            return DivideUp(segmentWidth * perPlane * bits, 8) * segmentHeight * planes;
        }

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

    // Position of the values.
    private long Position(int index)
    {
        var inline = _isBig ? 8 : 4;
        var position = Entry(index) + (_isBig ? 12 : 8);
        return Size(index) <= (uint)inline ? position : (long)Read(position, inline);
    }

    // A value of an entry.
    private ulong Element(int index, long at) => Read(Position(index) + (at * Bytes(Type(index))), Bytes(Type(index)));

    // The greater of two 16-bit values; LibTiff.NET ignores entries of other types. It takes them from the entry itself even if it has more values.
    private ulong GreaterOfTwo(int index)
    {
        var at = Entry(index) + (_isBig ? 12 : 8);
        return Type(index) == Short ? Math.Max(Read(at, 2), Read(at + 2, 2)) : 0;
    }

    // Whether all values of an entry, which is itself in the file, are offsets or sizes within the file; their sum if they are.
    private bool AreInFile(int index, out ulong sum)
    {
        var size = Bytes(Type(index));
        var at = Position(index);
        sum = 0;
        for (var i = 0L; i < (long)Count(index); i++, at += size)
        {
            var value = Read(at, size);
            if (value > (ulong)_file.Length)
                return false;
            sum += value;
        }

        return true;
    }

    // Whether an entry, if there is one, has 64-bit values and not the expected number of them.
    private bool HasOtherCount(int index, ulong expected) => index >= 0 && Type(index) == Long8 && Count(index) != expected;

    // What is wrong with the JPEG data of strips or tiles. The limit of the sum of their sizes also limits this work.
    private string? JpegDefect(int offsets, int sizes)
    {
        for (var i = 0L; i < (long)Count(offsets); i++)
        {
            var size = sizes >= 0 && i < (long)Count(sizes) ? Element(sizes, i) : 0;
            // If there is only one strip or tile for the image or each sample, LibTiff.NET estimates a missing size.
            if (size == 0 && i < (long)MaxSamples)
                size = (ulong)_file.Length;
            if (JpegScan.Defect(_file.Slice((long)Element(offsets, i), size)) is { } defect)
                return defect;
        }

        return null;
    }

    private static int Bytes(ulong type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        _ => 8,
    };
}
