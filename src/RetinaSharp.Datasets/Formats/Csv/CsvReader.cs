using System.Globalization;
using System.Text;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads a CSV file row by row, as RFC 4180 describes it: fields may be quoted, and then contain delimiters, line breaks and doubled quotes. The
/// delimiter is the most frequent one of comma, semicolon and tab in the first line. Blank rows are skipped, and fields trimmed.
/// </summary>
internal sealed class CsvReader : IDisposable
{
    /// <summary>Maximum number of characters of a field and of fields of a row. The limits keep an invalid file from filling the memory.</summary>
    private const int MaxLength = 1 << 20, MaxFields = 10_000;

    private const int End = -1;

    private readonly StreamReader _reader;
    private readonly List<string> _fields = [];
    private readonly StringBuilder _field = new();
    private readonly char _delimiter;
    private int _nextLine = 1;

    public CsvReader(string file)
    {
        File = file;
        var start = DataFiles.ReadStart(file, 1 << 16);
        DataFiles.ThrowIfLfsPointer(file, start);
        using (var text = new StreamReader(new MemoryStream(start)))
            _delimiter = FindDelimiter(text.ReadToEnd());
        _reader = Guard(() => new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: true));
    }

    /// <summary>Path of the file.</summary>
    public string File { get; }

    /// <summary>The fields of the row.</summary>
    public IReadOnlyList<string> Fields => _fields;

    /// <summary>Line of the start of the row, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Location of the row, for messages.</summary>
    public string Location => string.Create(CultureInfo.InvariantCulture, $"line {Line}");

    /// <summary>Returns a field of the row; "" if the index is negative or the row has fewer fields.</summary>
    public string this[int index] => index >= 0 && index < _fields.Count ? _fields[index] : "";

    /// <summary>Returns the fields of the first row; null if there is none, or if it is not valid.</summary>
    public static string[]? ReadFirst(string file)
    {
        try
        {
            using var reader = new CsvReader(file);
            return reader.Read() ? [.. reader.Fields] : null;
        }
        catch (DatasetException)
        {
            return null;
        }
    }

    /// <summary>Reads the next row. Returns false at the end of the file.</summary>
    public bool Read() => Guard(ReadRow);

    /// <summary>Parses a number. A comma is a decimal point if fields are not separated by commas.</summary>
    public bool TryParse(string text, out double number) =>
        double.TryParse(_delimiter == ',' ? text : text.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out number)
        && Math.Abs(number) <= int.MaxValue;

    public void Dispose() => _reader.Dispose();

    private static char FindDelimiter(string start)
    {
        var (isQuoted, counts) = (false, new int[3]);
        foreach (var character in start.TrimStart('\r', '\n'))
        {
            if (character is '\r' or '\n' && !isQuoted)
                break;
            isQuoted ^= character == '"';
            if (!isQuoted && ",;\t".IndexOf(character) is var index and >= 0)
                counts[index]++;
        }

        return ",;\t"[Array.IndexOf(counts, counts.Max())];
    }

    private bool ReadRow()
    {
        do
        {
            _fields.Clear();
            Line = _nextLine;
            if (_reader.Peek() == End)
                return false;
            while (ReadField())
            {
                if (_fields.Count > MaxFields)
                    throw new DatasetException(File, Location, $"has more than {MaxFields} fields");
            }
        }
        while (_fields.TrueForAll(field => field.Length == 0));
        return true;
    }

    /// <summary>Reads a field and the delimiter or line break after it. Returns whether the row has another field.</summary>
    private bool ReadField()
    {
        _field.Clear();
        var isQuoted = _reader.Peek() == '"';
        if (isQuoted)
            ReadQuoted();
        while (true)
        {
            var character = Next();
            if (character is '\n' or End || character == _delimiter)
            {
                _fields.Add(_field.ToString().Trim());
                return character == _delimiter;
            }

            Append(character);
        }
    }

    private void ReadQuoted()
    {
        Next();
        while (true)
        {
            var character = Next();
            if (character == End)
                throw new DatasetException(File, Location, "a quoted field is not closed: a quote (\") is missing");
            if (character == '"' && _reader.Peek() != '"')
                return;
            if (character == '"')
                Next();
            Append(character);
        }
    }

    /// <summary>Reads a character. All kinds of line breaks become <c>\n</c>.</summary>
    private int Next()
    {
        var character = _reader.Read();
        if (character == '\r')
        {
            if (_reader.Peek() == '\n')
                _reader.Read();
            character = '\n';
        }

        if (character == '\n')
            _nextLine++;
        return character;
    }

    private void Append(int character)
    {
        if (_field.Length == MaxLength)
            throw new DatasetException(File, Location, $"a field has more than {MaxLength} characters; is a quote (\") missing?");
        _field.Append((char)character);
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(File, "", $"cannot be read: {exception.Message}", exception);
        }
    }
}
