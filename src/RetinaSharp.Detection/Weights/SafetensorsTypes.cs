using System.Buffers.Binary;

namespace RetinaSharp.Detection.Weights;

/// <summary>Extension methods of <see cref="SafetensorsType"/>: element sizes, names, and conversion to fp32.</summary>
internal static class SafetensorsTypes
{
    private static readonly Dictionary<string, SafetensorsType> ByName =
        Enum.GetValues<SafetensorsType>().ToDictionary(type => type.FormatName(), StringComparer.Ordinal);

    /// <summary>Names of the supported types, for messages.</summary>
    public static string Known { get; } = string.Join(", ", ByName.Keys);

    /// <summary>Returns the size of an element of a type, in bytes.</summary>
    public static int ElementSize(this SafetensorsType type) => type switch
    {
        SafetensorsType.Bool or SafetensorsType.U8 or SafetensorsType.I8 => 1,
        SafetensorsType.I16 or SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.I32 or SafetensorsType.F32 => 4,
        SafetensorsType.F64 or SafetensorsType.I64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a safetensors element type."),
    };

    /// <summary>Returns the name of a type in the header of a safetensors file.</summary>
    public static string FormatName(this SafetensorsType type) => type == SafetensorsType.Bool ? "BOOL" : type.ToString();

    /// <summary>Finds a type by its name in the header of a safetensors file.</summary>
    public static bool TryParse(string name, out SafetensorsType type) => ByName.TryGetValue(name, out type);

    /// <summary>
    /// Computes the size of a tensor of <paramref name="shape"/> in bytes; returns false if a dimension is negative or the size overflows a long.
    /// </summary>
    public static bool TryByteLength(this SafetensorsType type, ReadOnlySpan<long> shape, out long bytes)
    {
        bytes = type.ElementSize();
        foreach (var dimension in shape)
        {
            if (dimension < 0 || Math.BigMul(bytes, dimension, out var low) != 0 || low < 0)
                return false;
            bytes = low;
        }
        return true;
    }

    /// <summary>Converts little-endian elements of type F16, BF16, F32 or F64 to fp32.</summary>
    /// <param name="type">Element type of the source.</param>
    /// <param name="source">Bytes of the elements.</param>
    /// <param name="destination">Receives the elements; its length determines their number.</param>
    public static void ToSingles(this SafetensorsType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = type switch
            {
                SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(source[(2 * i)..]),
                // bf16 is the upper half of fp32.
                SafetensorsType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]) << 16),
                SafetensorsType.F32 => BinaryPrimitives.ReadSingleLittleEndian(source[(4 * i)..]),
                _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]),
            };
        }
    }
}
