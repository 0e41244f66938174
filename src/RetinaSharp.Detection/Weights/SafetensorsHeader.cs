namespace RetinaSharp.Detection.Weights;

/// <summary>The parsed header of a safetensors file, validated against the file size.</summary>
/// <param name="Metadata">The strings of <c>__metadata__</c> by key; empty if there are none.</param>
/// <param name="Tensors">The tensors by name, in the order of the data in the file.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, SafetensorsTensor> Tensors)
{
    /// <summary>Number of bytes before the JSON, which hold its length as a little-endian unsigned 64-bit integer.</summary>
    public const int PrefixLength = 8;

    /// <summary>Maximum length of the JSON in bytes, as in the official implementation.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>Header key of the metadata.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>
    /// The metadata key that holds the SHA-256 of the file as 64 lower-case hexadecimal digits, computed with
    /// <see cref="ChecksumPlaceholder"/> instead of the digits. In older files it covers the data section only.
    /// </summary>
    public const string ChecksumKey = "retinasharp.sha256";

    /// <summary>Placeholder of the checksum in the header while the checksum is computed: 64 zeros.</summary>
    public static readonly string ChecksumPlaceholder = new('0', 64);
}
