using System.Buffers.Binary;
using System.Text;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// Reads what a ZIP archive lists, of the kind that torch.save writes: stored, not compressed, so that an entry is a range of the file.
/// (APPNOTE.TXT of PKWARE, sections 4.3 and 4.5.3.) System.IO.Compression would neither say how an entry is stored nor where, nor hold
/// it against its checksum.
/// </summary>
internal static class ZipDirectory
{
    private const int MostBytes = 16 << 20;
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int HeaderLength = 46;
    private const int LocalLength = 30;
    private const int MostComment = 65535;
    private const uint In64 = uint.MaxValue;

    /// <summary>The entries, in the order of the archive's list.</summary>
    /// <exception cref="WeightsException">It is damaged, or compressed, encrypted or in several files.</exception>
    public static List<ZipEntry> Read(FileBytes file)
    {
        var (start, length, count) = FindList(file);
        if (length > MostBytes || count > length / HeaderLength)
            throw Fault(file, $"its list of {count} entries takes {length} bytes");
        var list = file.Read(start, (int)length);
        var entries = new List<ZipEntry>((int)count);
        var at = 0;
        for (var i = 0L; i < count; i++)
            entries.Add(ReadEntry(file, list, ref at));
        return entries;
    }

    private static (long Start, long Length, long Count) FindList(FileBytes file)
    {
        var length = (int)Math.Min(file.Length, EndLength + MostComment);
        var tail = file.Read(file.Length - length, length);
        for (var at = length - EndLength; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            // The comment reaches to the end of the file, so that the signature in a comment is not taken for one.
            if (U32(end, 0) != 0x06054B50 || U16(end, 20) != end.Length - EndLength)
                continue;
            var place = file.Length - length + at;
            long count = U16(end, 10), size = U32(end, 12), start = U32(end, 16);
            if (count == ushort.MaxValue || size == In64 || start == In64)
                (count, size, start, place) = Read64(file, place);
            return count >= 0 && size >= 0 && start >= 0 && size <= place && start <= place - size
                ? (start, size, count)
                : throw Fault(file, "its list of entries lies outside of it");
        }

        throw Fault(file, "it has no list of entries at its end: it is cut short");
    }

    private static (long Count, long Size, long Start, long Place) Read64(FileBytes file, long end)
    {
        if (end < LocatorLength)
            throw Fault(file, "its list of entries lies outside of it");
        var locator = file.Read(end - LocatorLength, LocatorLength);
        var place = I64(locator, 8);
        if (U32(locator, 0) != 0x07064B50 || place < 0 || place > end - LocatorLength - End64Length)
            throw Fault(file, "its list of entries lies outside of it");
        var end64 = file.Read(place, End64Length);
        return U32(end64, 0) == 0x06064B50 ? (I64(end64, 32), I64(end64, 40), I64(end64, 48), place) : throw Fault(file, "its list of entries lies outside of it");
    }

    private static ZipEntry ReadEntry(FileBytes file, ReadOnlySpan<byte> list, ref int at)
    {
        var header = list[at..];
        if (header.Length < HeaderLength || U32(header, 0) != 0x02014B50)
            throw Fault(file, $"byte {at} of its list of entries starts none");
        int name = U16(header, 28), extra = U16(header, 30), comment = U16(header, 32);
        if (header.Length < HeaderLength + name + extra + comment)
            throw Fault(file, $"the entry at byte {at} of its list is longer than the list");
        at += HeaderLength + name + extra + comment;
        var text = Encoding.UTF8.GetString(header.Slice(HeaderLength, name));
        long packed = U32(header, 20), length = U32(header, 24), local = U32(header, 42);
        var wide = Extra64(header.Slice(HeaderLength + name, extra));
        Widen(ref length, ref wide);
        Widen(ref packed, ref wide);
        Widen(ref local, ref wide);
        if ((U16(header, 8) & 1) != 0 || U16(header, 10) != 0 || packed != length)
            throw Fault(file, $"the entry '{SafetensorsHeaderParser.Show(text)}' is compressed or encrypted, which torch.save never does: save it again with PyTorch");
        if (local < 0 || local > file.Length - LocalLength)
            throw Outside(file, text);
        var start = file.Read(local, LocalLength);
        var data = local + LocalLength + U16(start, 26) + U16(start, 28);
        if (U32(start, 0) != 0x04034B50 || length < 0 || data > file.Length || length > file.Length - data)
            throw Outside(file, text);
        return new(text, data, length, U32(header, 16));
    }

    /// <summary>The 64-bit values of an entry; of its extra fields the one with the number 1.</summary>
    private static ReadOnlySpan<byte> Extra64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = Math.Min(U16(extra, 2), extra.Length - 4);
            if (U16(extra, 0) == 1)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    /// <summary>Takes the next 64-bit value where the 32-bit one says that it is there.</summary>
    private static void Widen(ref long value, ref ReadOnlySpan<byte> wide)
    {
        if (value != In64 || wide.Length < sizeof(long))
            return;
        value = I64(wide, 0);
        wide = wide[sizeof(long)..];
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private static WeightsException Outside(FileBytes file, string name) => Fault(file, $"the entry '{SafetensorsHeaderParser.Show(name)}' lies outside of it");

    private static WeightsException Fault(FileBytes file, string reason) => new(file.Path, $"as a ZIP archive of PyTorch it is damaged: {reason}; get or save it again");
}
