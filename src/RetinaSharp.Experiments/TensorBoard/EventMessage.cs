using System.Buffers.Binary;
using System.Text;

namespace RetinaSharp.Experiments.TensorBoard;

/// <summary>
/// Encodes TensorBoard events in Protobuf wire format. It has the messages and fields of <c>event.proto</c> and <c>summary.proto</c> that scalars need:
/// Event {1 wall_time, 2 step, 3 file_version, 5 summary, 7 session_log}, Summary {1 value}, Value {1 tag, 2 simple_value}, SessionLog {1 status}.
/// </summary>
internal sealed class EventMessage
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;
    private const ulong Started = 1;

    private readonly MemoryStream _bytes = new();

    private EventMessage()
    {
    }

    /// <summary>Encodes the first event of every file, which states the format version.</summary>
    public static byte[] FileVersion(DateTimeOffset time) => Event(time, 0, message => message.Add(3, "brain.Event:2"u8));

    /// <summary>Encodes the start of a session, which invalidates the events of earlier files from this step on.</summary>
    public static byte[] SessionStart(DateTimeOffset time, long step) => Event(time, step, message => message.Add(7, Build(log => log.Add(1, Started))));

    /// <summary>Encodes the scalars of a step.</summary>
    public static byte[] Scalars(DateTimeOffset time, long step, IEnumerable<(string Tag, double Value)> scalars) => Event(time, step, message =>
        message.Add(5, Build(summary =>
        {
            foreach (var (tag, value) in scalars)
            {
                summary.Add(1, Build(one =>
                {
                    one.Add(1, Encoding.UTF8.GetBytes(tag));
                    one.Add(2, (float)value);
                }));
            }
        })));

    private static byte[] Event(DateTimeOffset time, long step, Action<EventMessage> fill) => Build(message =>
    {
        message.Add(1, time.ToUnixTimeMilliseconds() / 1000.0);
        message.Add(2, (ulong)step);
        fill(message);
    });

    private static byte[] Build(Action<EventMessage> fill)
    {
        var message = new EventMessage();
        fill(message);
        return message._bytes.ToArray();
    }

    private void Add(int field, ulong value)
    {
        AddVarint((ulong)(field << 3 | Varint));
        AddVarint(value);
    }

    private void Add(int field, double value)
    {
        AddVarint((ulong)(field << 3 | Fixed64));
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    private void Add(int field, float value)
    {
        AddVarint((ulong)(field << 3 | Fixed32));
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    private void Add(int field, ReadOnlySpan<byte> value)
    {
        AddVarint((ulong)(field << 3 | Bytes));
        AddVarint((ulong)value.Length);
        _bytes.Write(value);
    }

    private void AddVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
    }
}
