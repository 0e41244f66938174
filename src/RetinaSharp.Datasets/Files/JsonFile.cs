using System.Globalization;
using System.Text.Json;

namespace RetinaSharp.Datasets.Files;

/// <summary>
/// A JSON annotation file. Large files are read entry by entry, so that only one entry at a time is in memory as a tree. Nesting is limited to
/// 64 levels, the default of <see cref="Utf8JsonReader"/>.
/// </summary>
internal sealed class JsonFile
{
    private readonly byte[] _bytes;
    private readonly int _start;
    private int _line = 1;
    private int _lineEnd;

    private JsonFile(string path, byte[] bytes)
    {
        (Path, _bytes) = (path, bytes);
        _start = bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
    }

    public delegate void EntryReader(string name, JsonItem entry);

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    /// <summary>Whether the root is a list.</summary>
    public bool IsList => Text.TrimStart(" \t\r\n"u8).StartsWith("["u8);

    private ReadOnlySpan<byte> Text => _bytes.AsSpan(_start);

    public static JsonFile Load(string path) => Parse(path, DataFiles.ReadBytes(path));

    /// <summary>Returns a JSON file whose bytes were read before, such as an entry of an archive.</summary>
    public static JsonFile Parse(string path, byte[] bytes)
    {
        var file = new JsonFile(path, bytes);
        if (file.Text.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            throw new DatasetException(path, "", "the file is empty");
        if (file.Text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || file.Text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            throw new DatasetException(path, "", "is encoded in UTF-16: save it as UTF-8");
        return file;
    }

    /// <summary>Reads the whole file as one value.</summary>
    public T ReadRoot<T>(Func<JsonItem, T> read)
    {
        var reader = new Utf8JsonReader(Text);
        try
        {
            using var document = JsonDocument.ParseValue(ref reader);
            // Throws if anything follows the value.
            reader.Read();
            return read(new(document.RootElement, Path, ""));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw CreateException(reader.BytesConsumed, exception);
        }
    }

    /// <summary>
    /// Calls <paramref name="read"/> for each element of the root list, with its index as the name, or for each property of the root object.
    /// </summary>
    public void ReadEntries(EntryReader read) => TryReadEntries(property: null, read);

    /// <summary>
    /// Does the same as <see cref="ReadEntries"/> for a property of the root object. Returns whether the root is an object with this property.
    /// </summary>
    /// <param name="property">Name of the property; null: the root itself.</param>
    /// <param name="read">Reads an entry.</param>
    public bool TryReadEntries(string? property, EntryReader read)
    {
        (_line, _lineEnd) = (1, 0);
        var reader = new Utf8JsonReader(Text);
        var isFound = property is null;
        try
        {
            reader.Read();
            if (property is null)
                ReadList(ref reader, read);
            while (property is not null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isEntries = reader.ValueTextEquals(property);
                isFound |= isEntries;
                reader.Read();
                if (isEntries)
                    ReadList(ref reader, read);
                else
                    reader.Skip();
            }

            // Throws if anything follows the root.
            reader.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // JSON text that is not valid Unicode causes InvalidOperationException.
            throw CreateException(reader.BytesConsumed, exception);
        }

        return isFound;
    }

    private void ReadList(ref Utf8JsonReader reader, EntryReader read)
    {
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject && reader.TokenType != JsonTokenType.StartArray)
            throw new DatasetException(Path, $"line {Line(reader.TokenStartIndex)}", "is neither a list nor an object");
        for (var i = 0; reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject); i++)
        {
            var name = isObject ? reader.GetString()! : string.Create(CultureInfo.InvariantCulture, $"{i}");
            if (isObject)
                reader.Read();
            var location = string.Create(CultureInfo.InvariantCulture, $"line {Line(reader.TokenStartIndex)}, entry {(isObject ? $"\"{name}\"" : name)}");
            using var document = JsonDocument.ParseValue(ref reader);
            read(name, new(document.RootElement, Path, location));
        }
    }

    // Entries are read in order, so that lines are counted from the entry before.
    private int Line(long offset)
    {
        _line += Text[_lineEnd..(int)offset].Count((byte)'\n');
        _lineEnd = (int)offset;
        return _line;
    }

    private DatasetException CreateException(long consumed, Exception exception)
    {
        var rest = Text[(int)consumed..].TrimStart(" \t\r\n,:["u8);
        var reason = rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8) || rest.StartsWith("-Infinity"u8) || exception.Message.Contains("'N' is an invalid start", StringComparison.Ordinal)
            ? "NaN and Infinity are not valid JSON numbers: correct or remove this entry"
            : exception.Message.Contains("maximum configured depth", StringComparison.Ordinal) ? "is nested too deeply"
            : exception is InvalidOperationException ? "has a string that is not valid Unicode"
            : "is not valid JSON from here on; is the file complete?";
        var line = exception is JsonException { LineNumber: { } number } ? (int)number + 1 : Text[..(int)consumed].Count((byte)'\n') + 1;
        return new(Path, string.Create(CultureInfo.InvariantCulture, $"line {line}"), reason, exception);
    }
}
