using System.Globalization;
using System.Text;
using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads the values of COCO annotation files and results files. A method that reads a value leaves the JSON reader at the end of the value,
/// also if the value is invalid and the error was added to the <see cref="ProblemLog"/>.
/// </summary>
internal sealed class CocoJson : IDisposable
{
    private readonly JsonStream _stream;
    private readonly ProblemLog _log;

    public CocoJson(JsonStream stream, ProblemLog log) => (_stream, _log) = (stream, log);

    public delegate void EntryReader(ref Utf8JsonReader reader);

    public string Name => _stream.Path;

    /// <summary>Moves a reader through the file.</summary>
    public JsonStream Stream => _stream;

    /// <summary>Name of the JSON array that is being read, such as <c>images</c>; "" outside of arrays.</summary>
    public string List { get; private set; } = "";

    /// <summary>Index of the current entry of <see cref="List"/>, from 0.</summary>
    public int Index { get; private set; }

    public static CocoJson Open(string path, ProblemLog log) => new(JsonStream.Open(path), log);

    public void Dispose() => _stream.Dispose();

    /// <summary>
    /// Calls <paramref name="read"/> for each object of a JSON array. Entries that are not objects are errors. The reader must be at the
    /// opening bracket.
    /// </summary>
    public void ReadList(ref Utf8JsonReader reader, string list, EntryReader read)
    {
        RequireList(ref reader, list);
        for ((List, Index) = (list, 0); _stream.ReadEntry(ref reader); Index++)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                read(ref reader);
            }
            else
            {
                Fail(reader.TokenStartIndex, "is not an object");
                reader.TrySkip();
            }
        }

        List = "";
    }

    /// <summary>Skips a JSON array and returns what is needed to read it later. The reader must be at the opening bracket.</summary>
    public JsonList SkipList(ref Utf8JsonReader reader, string list)
    {
        RequireList(ref reader, list);
        List = list;
        var skipped = _stream.SkipList(ref reader, index => Index = index);
        List = "";
        return skipped;
    }

    private void RequireList(ref Utf8JsonReader reader, string list)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new DatasetException(Name, Locate(reader.TokenStartIndex), $"\"{list}\" is not a list");
    }

    /// <summary>Reads an id. A string that is an integer gives that integer.</summary>
    /// <param name="reader">The reader, at the value.</param>
    /// <param name="what">What the id identifies, for messages.</param>
    /// <param name="getNumber">Returns the number of a string; null if the string is no id.</param>
    /// <param name="id">Receives the id.</param>
    public bool TryReadId(ref Utf8JsonReader reader, string what, Func<string, long?> getNumber, out long id)
    {
        id = 0;
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt64(out id))
                return true;
            if (reader.TryGetDouble(out var value) && Math.Abs(value) < 1L << 53 && value == Math.Truncate(value))
            {
                id = (long)value;
                return true;
            }

            Fail(reader.TokenStartIndex, $"{what} {Describe(ref reader)} is not an integer");
        }
        else if (reader.TokenType == JsonTokenType.String)
        {
            var text = reader.GetString()!;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out id))
                return true;
            if (getNumber(text) is { } number)
            {
                id = number;
                return true;
            }

            Fail(reader.TokenStartIndex, $"{what} {Describe(ref reader)} is neither an integer nor an id of the annotation file");
        }
        else
        {
            Fail(reader.TokenStartIndex, $"{what} is {Describe(ref reader)} instead of an integer");
        }

        reader.TrySkip();
        return false;
    }

    public bool TryReadNumber(ref Utf8JsonReader reader, string what, out double number)
    {
        if (IsNumber(ref reader, out number))
            return true;
        Fail(reader.TokenStartIndex, $"{what} is {Describe(ref reader)} instead of a finite number");
        reader.TrySkip();
        return false;
    }

    /// <summary>
    /// Reads the value of <c>bbox</c>, [x, y, width, height]. Returns false if it is invalid and the error was added to the log.
    /// </summary>
    /// <param name="reader">The reader, at the value.</param>
    /// <param name="box">Receives the box.</param>
    /// <param name="mayBeHuge">
    /// Whether the right edge, the bottom edge and the area may overflow to infinity, as in the output of a detector. In ground truth this
    /// is an error.
    /// </param>
    public bool TryReadBox(ref Utf8JsonReader reader, out BoxXywh box, bool mayBeHuge = false)
    {
        box = default;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Fail(reader.TokenStartIndex, $"bbox is {Describe(ref reader)} instead of [x, y, width, height]");
            reader.TrySkip();
            return false;
        }

        Span<double> values = stackalloc double[4];
        var start = reader.TokenStartIndex;
        var (count, valid) = (0, true);
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            // The name of the number is only needed if it is invalid.
            if (!IsNumber(ref reader, out var value))
                valid &= TryReadNumber(ref reader, $"bbox[{count}]", out value);
            if (count < values.Length)
                values[count] = value;
        }

        if (count != values.Length)
        {
            Fail(start, $"bbox has {count} numbers; [x, y, width, height] has 4");
            return false;
        }

        box = new(values[0], values[1], values[2], values[3]);
        if (!valid || mayBeHuge || (double.IsFinite(box.Area) && double.IsFinite(box.X + box.Width) && double.IsFinite(box.Y + box.Height)))
            return valid;
        Fail(start, "the numbers of bbox are too large for pixels");
        return false;
    }

    private static bool IsNumber(ref Utf8JsonReader reader, out double number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out number) && double.IsFinite(number);
    }

    public bool TryReadString(ref Utf8JsonReader reader, string what, out string? text)
    {
        text = null;
        if (reader.TokenType == JsonTokenType.String)
        {
            text = reader.GetString();
            return true;
        }

        Fail(reader.TokenStartIndex, $"{what} is {Describe(ref reader)} instead of a string");
        reader.TrySkip();
        return false;
    }

    public void Fail(long offset, string reason) => _log.AddError(Name, Locate(offset), reason);

    /// <summary>Describes a byte for messages: line, byte in the line, and the array entry that is being read.</summary>
    /// <param name="index">Index of the byte as the reader gives it. It must belong to the entry that is being read.</param>
    public string Locate(long index) => AddEntry(_stream.Locate(index));

    /// <summary>Creates the exception for a file that is not valid JSON.</summary>
    public DatasetException CreateException(in Utf8JsonReader reader, Exception exception) => _stream.CreateException(reader, exception, AddEntry);

    private string AddEntry(string location) => List.Length == 0 ? location : string.Create(CultureInfo.InvariantCulture, $"{location}, {List}[{Index}]");

    private static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => $"\"{Short(reader.ValueSpan)}\"",
        _ => Short(reader.ValueSpan),
    };

    private static string Short(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value[..Math.Min(value.Length, 40)]);
}
