using System.Globalization;
using System.Text.Json;

namespace RetinaSharp.Datasets.Files;

/// <summary>
/// Reads a JSON file through a buffer that holds a part of it, at least the entry that is being read. Its methods move a <see cref="Utf8JsonReader"/>
/// and refill the buffer if needed, so that the bytes of earlier tokens are no longer there. Nesting is limited to 64 levels, the default of the reader.
/// </summary>
internal sealed class JsonStream : IDisposable
{
    private const int BufferLength = 1 << 18;

    private readonly FileStream _file;
    private readonly int _markLength;
    private byte[] _buffer;
    private int _length;
    private bool _isLast;

    // Offset of the buffer in the text, the line of its first byte from 1, and the offset of the start of that line.
    private long _start;
    private int _line = 1;
    private long _lineStart;

    // The list that is read again; null: the whole file is read.
    private JsonList? _list;

    private JsonStream(string path, FileStream file, int bufferLength)
    {
        (Path, _file, _buffer) = (path, file, new byte[bufferLength]);
        Load();
        DataFiles.ThrowIfLfsPointer(path, Text);
        if (Text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || Text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            throw new DatasetException(path, "", "is encoded in UTF-16: save it as UTF-8");
        if (Text.StartsWith("\uFEFF"u8))
            Discard(_markLength = 3);
        if (_isLast && Text.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            throw new DatasetException(path, "", "the file is empty");
        (_start, _lineStart) = (0, 0);
    }

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    private ReadOnlySpan<byte> Text => _buffer.AsSpan(0, _length);

    /// <summary>Opens a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="bufferLength">Length of the buffer in bytes, which grows if an entry is longer.</param>
    public static JsonStream Open(string path, int bufferLength = BufferLength)
    {
        var file = DataFiles.Guard(path, name => new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0));
        try
        {
            return new(path, file, bufferLength);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Returns a reader at the start of the file. This must be the first call.</summary>
    public Utf8JsonReader Begin() => new(Text, _isLast, default);

    /// <summary>Returns a reader at the opening bracket of a list that <see cref="SkipList"/> has skipped.</summary>
    public Utf8JsonReader Begin(JsonList list)
    {
        DataFiles.Guard(Path, _ => _file.Position = list.Start + _markLength);
        (_list, _start, _line, _lineStart, _length) = (list, list.Start, list.Line, list.LineStart, 0);
        Load();
        return new(Text, _isLast, default);
    }

    /// <summary>Moves to the next token. Returns false at the end of the file.</summary>
    public bool Read(ref Utf8JsonReader reader)
    {
        while (!reader.Read())
        {
            if (_isLast)
                return false;
            Refill(ref reader);
        }

        return true;
    }

    /// <summary>Moves to the end of the value of a property, or of the current value.</summary>
    public void Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
            Read(ref reader);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        var depth = reader.CurrentDepth;
        do
            Read(ref reader);
        while (reader.CurrentDepth > depth);
    }

    /// <summary>Moves from the opening to the closing bracket of a list, and returns what is needed to read it later.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="onEntry">Receives the index of each entry before it is skipped.</param>
    public JsonList SkipList(ref Utf8JsonReader reader, Action<int> onEntry)
    {
        var start = _start + reader.TokenStartIndex;
        var (line, lineStart) = FindLine((int)reader.TokenStartIndex);
        var longest = 0L;
        for (var i = 0; ; i++)
        {
            onEntry(i);
            if (!Read(ref reader) || reader.TokenType == JsonTokenType.EndArray)
                break;
            var entry = _start + reader.TokenStartIndex;
            Skip(ref reader);
            longest = Math.Max(longest, _start + reader.BytesConsumed - entry);
        }

        return new(start, longest, line, lineStart);
    }

    /// <summary>Moves to the next entry of a list, which is then completely in the buffer. Returns false at the end of the list.</summary>
    public bool ReadEntry(ref Utf8JsonReader reader)
    {
        while (true)
        {
            var before = reader;
            if (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndArray)
                    return false;
                var end = reader;
                if (_length - reader.TokenStartIndex >= _list?.LongestEntry || end.TrySkip())
                    return true;
            }
            else if (_isLast)
            {
                return false;
            }

            reader = before;
            Refill(ref reader);
        }
    }

    /// <summary>Describes a byte in the buffer for messages.</summary>
    /// <param name="index">Index of the byte in the buffer, as the reader gives it.</param>
    public string Locate(long index)
    {
        var (line, lineStart) = FindLine((int)index);
        return Format(line, _start + index - lineStart);
    }

    /// <summary>Creates the exception for a file that is not valid JSON, or that has text that is not valid Unicode.</summary>
    /// <param name="reader">The reader, which may still be before the entry with the error.</param>
    /// <param name="exception">The exception that the reader has thrown.</param>
    /// <param name="complete">Completes the location of the error for the message.</param>
    public DatasetException CreateException(in Utf8JsonReader reader, Exception exception, Func<string, string> complete)
    {
        // The reader counts lines from where it began.
        var (line, lineStart) = FindLine((int)reader.BytesConsumed);
        var index = (int)reader.BytesConsumed;
        if (_list is null && exception is JsonException { LineNumber: { } number, BytePositionInLine: { } position })
        {
            // The error may be behind the token where the reader is.
            var next = 0;
            for ((line, lineStart) = (_line, _lineStart); line <= number; line++)
                lineStart = _start + (next += Text[next..].IndexOf((byte)'\n') + 1);
            index = (int)(lineStart + position - _start);
        }

        var rest = index < _length ? Text[index..] : [];
        var reason = rest is [(byte)'N' or (byte)'I', ..] ? "NaN and Infinity are not valid JSON numbers: correct or remove this entry"
            : reader.TokenType == JsonTokenType.None ? "is not a JSON file in COCO format"
            : exception.Message.Contains("maximum configured depth", StringComparison.Ordinal) ? "is nested too deeply"
            : "is not valid JSON from here on; is the file complete?";
        return new(Path, complete(Format(line, _start + index - lineStart)), reason, exception);
    }

    private static string Format(int line, long column) => string.Create(CultureInfo.InvariantCulture, $"line {line}, byte {column + 1}");

    /// <summary>Returns the line of a byte in the buffer, from 1, and the offset of its start.</summary>
    private (int Line, long LineStart) FindLine(int index)
    {
        var before = Text[..index];
        return (_line + before.Count((byte)'\n'), before.LastIndexOf((byte)'\n') is var last and >= 0 ? _start + last + 1 : _lineStart);
    }

    /// <summary>Discards the bytes before the next token, and fills the buffer from the file.</summary>
    private void Refill(ref Utf8JsonReader reader)
    {
        Discard((int)reader.BytesConsumed);
        Load();
        reader = new(Text, _isLast, reader.CurrentState);
    }

    private void Discard(int count)
    {
        (_line, _lineStart) = FindLine(count);
        Text[count..].CopyTo(_buffer);
        (_start, _length) = (_start + count, _length - count);
    }

    /// <summary>Fills the buffer. A full buffer, in which a token or an entry does not end, is enlarged.</summary>
    private void Load()
    {
        if (_length == _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
        if (_length == _buffer.Length)
            throw new DatasetException(Path, Locate(0), "is an entry that is too long");
        var read = DataFiles.Guard(Path, _ => _file.ReadAtLeast(_buffer.AsSpan(_length), _buffer.Length - _length, throwOnEndOfStream: false));
        _length += read;
        _isLast = _length < _buffer.Length;
    }
}
