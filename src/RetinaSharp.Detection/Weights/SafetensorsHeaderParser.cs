using System.Text;
using System.Text.Json;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Parses the header of an untrusted safetensors file token by token. Unlike <see cref="JsonDocument"/>, this detects duplicate keys, which other readers may
/// resolve differently. Memory use is proportional to the size of the header.
/// </summary>
internal ref struct SafetensorsHeaderParser
{
    private const int ShownLength = 80;
    private const string Remedy = "; the file is corrupt or not a safetensors file, get or export it again";

    private readonly string _file;
    private Utf8JsonReader _reader;

    private SafetensorsHeaderParser(string file, ReadOnlySpan<byte> json)
    {
        _file = file;
        _reader = new Utf8JsonReader(json);
    }

    /// <summary>Parses a header, and checks that it is valid and that the tensors cover the data section.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="json">The header's JSON, including padding.</param>
    /// <param name="dataLength">Number of bytes after the header.</param>
    /// <exception cref="WeightsException">The header violates the format.</exception>
    public static SafetensorsHeader Parse(string file, ReadOnlySpan<byte> json, long dataLength)
    {
        var parser = new SafetensorsHeaderParser(file, json);
        try
        {
            return parser.Parse(json, dataLength);
        }
        // The reader reports ill-formed UTF-8 and lone surrogates in a string as InvalidOperationException.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new WeightsException(file, $"the header is not JSON ({Show(e.Message)}){Remedy}", e);
        }
    }

    /// <summary>Returns a string from the file in a form that is safe for messages: truncated and without control characters.</summary>
    public static string Show(string text)
    {
        var shown = new StringBuilder(Math.Min(text.Length, ShownLength) + 1);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, ShownLength)))
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return text.Length > ShownLength ? shown.Append('…').ToString() : shown.ToString();
    }

    private SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw CreateException("the header does not start with '{'");
        _reader.Read();
        Dictionary<string, string>? metadata = null;
        var tensors = new Dictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        while (NextKey() is { } name)
        {
            if (name == SafetensorsHeader.MetadataKey)
            {
                if (metadata is not null)
                    throw CreateException($"the key '{name}' appears twice");
                metadata = ReadMetadata();
            }
            else if (!tensors.TryAdd(name, ReadTensor(name, dataLength)))
                throw CreateException($"the tensor '{Show(name)}' appears twice");
        }
        if (_reader.Read())
            throw CreateException("the header has content after the JSON object");
        return new SafetensorsHeader(metadata ?? [], InOrder(tensors.Values, dataLength));
    }

    private Dictionary<string, string> ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, SafetensorsHeader.MetadataKey);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (NextKey() is { } key)
        {
            Expect(JsonTokenType.String, $"{SafetensorsHeader.MetadataKey} '{Show(key)}'");
            if (!metadata.TryAdd(key, _reader.GetString()!))
                throw CreateException($"the metadata key '{Show(key)}' appears twice");
        }
        return metadata;
    }

    private SafetensorsTensor ReadTensor(string name, long dataLength)
    {
        var shown = $"tensor '{Show(name)}'";
        Expect(JsonTokenType.StartObject, shown);
        SafetensorsType? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (NextKey() is { } key)
        {
            if (key switch { "dtype" => type is not null, "shape" => shape is not null, "data_offsets" => offsets is not null, _ => false })
                throw CreateException($"{shown} has the key '{key}' twice");
            switch (key)
            {
                case "dtype":
                    type = ReadType(shown);
                    break;
                case "shape":
                    shape = ReadIntegers($"the shape of {shown}");
                    break;
                case "data_offsets":
                    offsets = ReadIntegers($"data_offsets of {shown}");
                    break;
                default:
                    throw CreateException($"{shown} has the unknown key '{Show(key)}'");
            }
        }
        if (type is null || shape is null || offsets is not [var begin, var end])
            throw CreateException($"{shown} lacks a dtype, a shape or two data_offsets");
        if (begin > end || end > dataLength)
            throw CreateException($"the data of {shown} has the offsets [{begin}, {end}], outside of the file's {dataLength} bytes of data");
        if (!type.Value.TryByteLength(shape, out var length) || length != end - begin)
            throw CreateException($"the shape of {shown} does not match the length of its data, {end - begin} bytes");
        return new SafetensorsTensor(name, type.Value, shape, begin, length);
    }

    private SafetensorsType ReadType(string shown)
    {
        Expect(JsonTokenType.String, $"the dtype of {shown}");
        var text = _reader.GetString()!;
        return SafetensorsTypes.TryParse(text, out var type)
            ? type
            : throw new WeightsException(
                _file, $"{shown} has the unknown dtype '{Show(text)}'; convert it to one of {SafetensorsTypes.Known}");
    }

    private long[] ReadIntegers(string what)
    {
        Expect(JsonTokenType.StartArray, what);
        var values = new List<long>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out var value) || value < 0)
                throw CreateException($"{what} holds something other than a whole number from 0 to {long.MaxValue}");
            values.Add(value);
        }
        return [.. values];
    }

    /// <summary>Reads the next key of the current JSON object; returns null at the end of the object.</summary>
    private string? NextKey()
    {
        _reader.Read();
        return _reader.TokenType == JsonTokenType.PropertyName ? _reader.GetString() : null;
    }

    private void Expect(JsonTokenType token, string what)
    {
        _reader.Read();
        if (_reader.TokenType != token)
            throw CreateException($"{what} is a JSON {_reader.TokenType} where {token} belongs");
    }

    /// <summary>Sorts tensors by offset and checks that they cover the data section without gaps or overlaps.</summary>
    private readonly OrderedDictionary<string, SafetensorsTensor> InOrder(IReadOnlyCollection<SafetensorsTensor> tensors, long dataLength)
    {
        var ordered = new OrderedDictionary<string, SafetensorsTensor>(tensors.Count, StringComparer.Ordinal);
        long covered = 0;
        foreach (var tensor in tensors.OrderBy(t => t.Begin).ThenBy(t => t.Length))
        {
            if (tensor.Begin < covered)
                throw CreateException($"the data of tensor '{Show(tensor.Name)}' overlaps another's");
            if (tensor.Begin > covered)
                throw CreateException($"no tensor has the {tensor.Begin - covered} bytes before tensor '{Show(tensor.Name)}'");
            covered = tensor.Begin + tensor.Length;
            ordered.Add(tensor.Name, tensor);
        }
        return covered == dataLength ? ordered : throw CreateException($"no tensor has the last {dataLength - covered} bytes");
    }

    private readonly WeightsException CreateException(string reason) => new(_file, reason + Remedy);
}
