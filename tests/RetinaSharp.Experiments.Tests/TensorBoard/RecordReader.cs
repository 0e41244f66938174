using System.Buffers.Binary;
using System.Text;

namespace RetinaSharp.Experiments.Tests.TensorBoard;

/// <summary>
/// Reads event files by the documents of their format alone: TensorFlow's record framing, RFC 3720's CRC-32C bit by bit, Protobuf's wire
/// format, and the field numbers of TensorBoard's event.proto and summary.proto.
/// </summary>
internal static class RecordReader
{
    /// <summary>The events up to one that is cut off; their checksums are asserted.</summary>
    public static List<ReadEvent> Read(string path)
    {
        var events = new List<ReadEvent>();
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        while (file.Length >= 12)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            Assert.Equal(Masked(file[..8]), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            if (file.Length < 16 + length)
                break;
            var message = file.Slice(12, length);
            Assert.Equal(Masked(message), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]));
            events.Add(Event(Fields(message)));
            file = file[(16 + length)..];
        }

        return events;
    }

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
        }

        return crc ^ 0xFFFFFFFFu;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = Crc(bytes);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8u);
    }

    private static ReadEvent Event(List<(int Field, int Type, byte[] Value)> fields)
    {
        Assert.Equal((1, 1), (fields[0].Field, fields[0].Type));
        Assert.Equal((2, 0), (fields[1].Field, fields[1].Type));
        var time = DateTimeOffset.UnixEpoch.AddSeconds(BinaryPrimitives.ReadDoubleLittleEndian(fields[0].Value));
        var step = BinaryPrimitives.ReadInt64LittleEndian(fields[1].Value);
        var (field, type, value) = Assert.Single(fields.Skip(2));
        Assert.Equal(2, type);
        return field switch
        {
            3 => new(time, step, Version: Encoding.UTF8.GetString(value)),
            5 => new(time, step, Values: [.. Fields(value).Select(Value)]),
            7 => new(time, step, IsStart: Fields(value) is [(1, 0, [1, 0, 0, 0, 0, 0, 0, 0])]),
            _ => throw new InvalidDataException($"field {field}"),
        };
    }

    private static (string Tag, float Value) Value((int Field, int Type, byte[] Value) one)
    {
        Assert.Equal((1, 2), (one.Field, one.Type));
        var fields = Fields(one.Value);
        Assert.Equal([(1, 2), (2, 5)], fields.Select(field => (field.Field, field.Type)));
        return (Encoding.UTF8.GetString(fields[0].Value), BinaryPrimitives.ReadSingleLittleEndian(fields[1].Value));
    }

    private static List<(int Field, int Type, byte[] Value)> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new List<(int, int, byte[])>();
        while (message.Length > 0)
        {
            var key = (int)Varint(ref message);
            byte[] value;
            switch (key & 7)
            {
                case 0:
                    value = BitConverter.GetBytes(Varint(ref message));
                    break;
                case 2:
                    value = Take(ref message, (int)Varint(ref message));
                    break;
                default:
                    value = Take(ref message, (key & 7) == 1 ? 8 : 4);
                    break;
            }

            fields.Add((key >> 3, key & 7, value));
        }

        return fields;
    }

    private static byte[] Take(ref ReadOnlySpan<byte> message, int count)
    {
        var taken = message[..count].ToArray();
        message = message[count..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var one = message[0];
            message = message[1..];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
                return value;
        }
    }
}
