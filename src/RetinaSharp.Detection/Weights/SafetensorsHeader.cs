namespace RetinaSharp.Detection.Weights;

/// <summary>What the header of a safetensors file says, checked against the size of the file.</summary>
/// <param name="Metadata">The <c>__metadata__</c> texts; empty where there are none.</param>
/// <param name="Tensors">The tensors by name, in the order of their data.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, SafetensorsTensor> Tensors)
{
    /// <summary>Bytes before the JSON: its length, a little-endian unsigned 64-bit integer.</summary>
    public const int PrefixLength = 8;

    /// <summary>The longest JSON in bytes, the official implementation's limit.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>The key of the free texts.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>
    /// The metadata key that holds the SHA-256 of the file as 64 lower-case hexadecimal digits, computed with
    /// <see cref="ChecksumPlaceholder"/> in their place. In files of before it is that of the data section alone.
    /// </summary>
    public const string ChecksumKey = "retinasharp.sha256";

    /// <summary>What stands in the place of the checksum while it is computed.</summary>
    public static readonly string ChecksumPlaceholder = new('0', 64);
}
