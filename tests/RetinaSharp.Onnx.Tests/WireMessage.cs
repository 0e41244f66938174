using System.Text;

namespace RetinaSharp.Onnx.Tests;

/// <summary>
/// A protobuf message, parsed by the rules of the wire format alone, without schema and without Google's library: a sequence of keys and
/// values, where a key contains the field number and, in its lowest three bits, the wire type.
/// </summary>
internal sealed class WireMessage
{
    private readonly List<WireField> _fields = [];

    public WireMessage(ReadOnlyMemory<byte> bytes)
    {
        for (var offset = 0; offset < bytes.Length;)
        {
            var key = ReadVarint();
            var (number, kind) = ((int)(key >> 3), (int)(key & 7));
            switch (kind)
            {
                case 0:
                    _fields.Add(new(number, ReadVarint(), default));
                    break;
                case 2:
                    _fields.Add(new(number, 0, Take((int)ReadVarint())));
                    break;
                case 5:
                    _fields.Add(new(number, 0, Take(4)));
                    break;
                default:
                    throw new InvalidDataException($"field {number} is of kind {kind}");
            }

            long ReadVarint()
            {
                var value = 0L;
                for (var shift = 0; ; shift += 7)
                {
                    var next = bytes.Span[offset++];
                    value |= (long)(next & 0x7F) << shift;
                    if (next < 0x80)
                        return value;
                }
            }

            ReadOnlyMemory<byte> Take(int length)
            {
                offset += length;
                return bytes.Slice(offset - length, length);
            }
        }
    }

    public IEnumerable<int> Numbers => _fields.Select(one => one.Number).Distinct().Order();

    public long[] Wholes(int number) => [.. All(number).Select(one => one.Whole)];

    public long Whole(int number) => Assert.Single(All(number)).Whole;

    public string[] Texts(int number) => [.. All(number).Select(field => Encoding.UTF8.GetString(field.Bytes.Span))];

    public string Text(int number) => Assert.Single(Texts(number));

    public ReadOnlyMemory<byte> Bytes(int number) => Assert.Single(All(number)).Bytes;

    public WireMessage[] Messages(int number) => [.. All(number).Select(field => new WireMessage(field.Bytes))];

    public WireMessage Message(int number) => Assert.Single(Messages(number));

    private IEnumerable<WireField> All(int number) => _fields.Where(one => one.Number == number);
}
