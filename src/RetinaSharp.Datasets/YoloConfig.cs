using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RetinaSharp.Datasets;

/// <summary>
/// A YOLO <c>data.yaml</c>. It is read event by event: building a tree of a file from anywhere could be deep enough to end the
/// process.
/// </summary>
internal sealed class YoloConfig
{
    private const int MaxDepth = 64;

    private readonly string _file;
    private readonly Dictionary<string, List<string>> _splits = [];
    private SortedDictionary<int, string>? _names;
    private int? _count;

    private YoloConfig(string file) => _file = file;

    /// <summary>The root of the set as the file has it; "" for the folder of the file.</summary>
    public string Root { get; private set; } = "";

    public IReadOnlyDictionary<string, List<string>> Splits => _splits;

    public static YoloConfig Read(string path)
    {
        var config = new YoloConfig(path);
        try
        {
            // ReadLines takes off the byte order mark and refuses what is no text file.
            config.Parse(new Parser(new StringReader(string.Join('\n', DataFiles.ReadLines(path)))));
        }
        catch (Exception exception) when (exception is YamlException or InvalidOperationException or ArgumentException)
        {
            // Some malformed texts end in one of the latter two.
            var place = exception is YamlException yaml ? $"line {yaml.Start.Line}" : "";
            throw new DatasetException(path, place, $"is not valid YAML: {exception.Message}", exception);
        }

        return config;
    }

    /// <summary>The names of the classes, from class 0 on; null where the file says nothing of classes.</summary>
    public IReadOnlyList<string>? Names(ProblemLog log)
    {
        if (_names is null)
            return _count is { } count ? YoloReader.NumberedClasses(count) : null;
        if (_names.Count == 0)
            throw new DatasetException(_file, "names", "there are no classes");
        if (_names.Keys.First() != 0 || _names.Keys.Last() != _names.Count - 1)
            throw new DatasetException(_file, "names", $"the {_names.Count} classes are not numbered from 0 to {_names.Count - 1}");
        if (_count is { } said && said != _names.Count)
            log.Warn(_file, "nc", $"is {said}, but there are {_names.Count} names: the names count");
        return [.. _names.Values];
    }

    private void Parse(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _) || !parser.TryConsume<MappingStart>(out _))
            throw new DatasetException(_file, "", "is no mapping with train, val and names");
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
                throw Unexpected(parser, "a key");
            switch (key.Value)
            {
                case "path":
                    Root = Text(parser);
                    break;
                case "train" or "val" or "test":
                    _splits[key.Value] = Entries(parser);
                    break;
                case "names":
                    ReadNames(parser);
                    break;
                case "nc":
                    _count = Number(Text(parser), key.Start, 1, YoloReader.MaxClasses);
                    break;
                default:
                    Skip(parser);
                    break;
            }
        }
    }

    private void Skip(Parser parser)
    {
        var depth = 0;
        do
        {
            var item = parser.Consume<ParsingEvent>();
            depth += item.NestingIncrease;

            // The parser's time grows with the square of the depth.
            if (depth > MaxDepth)
                throw new DatasetException(_file, $"line {item.Start.Line}", "is nested too deeply");
        }
        while (depth > 0);
    }

    private string Text(Parser parser) => parser.TryConsume<Scalar>(out var scalar) ? scalar.Value.Trim() : throw Unexpected(parser, "a text");

    private List<string> Entries(Parser parser)
    {
        var entries = new List<string>();
        if (parser.TryConsume<SequenceStart>(out _))
        {
            while (!parser.TryConsume<SequenceEnd>(out _))
                entries.Add(Text(parser));
        }
        else
        {
            entries.Add(Text(parser));
        }

        // `test:` with nothing behind it, or a comment, is how the usual files say that there is none.
        entries.RemoveAll(entry => entry is "" or "~" or "null");
        return entries;
    }

    private void ReadNames(Parser parser)
    {
        _names = [];
        if (parser.TryConsume<SequenceStart>(out _))
        {
            while (!parser.TryConsume<SequenceEnd>(out _))
                _names.Add(_names.Count, Text(parser));
        }
        else if (parser.TryConsume<MappingStart>(out _))
        {
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var start = parser.Current!.Start;
                var index = Number(Text(parser), start, 0, YoloReader.MaxClasses - 1);
                if (!_names.TryAdd(index, Text(parser)))
                    throw new DatasetException(_file, $"line {start.Line}", $"class {index} has two names");
            }
        }
        else
        {
            throw Unexpected(parser, "a list or a mapping of names");
        }
    }

    private int Number(string text, Mark place, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new DatasetException(_file, $"line {place.Line}", $"\"{text}\" is not an integer from {least} to {most}");

    private DatasetException Unexpected(Parser parser, string expected) =>
        new(_file, $"line {parser.Current?.Start.Line ?? 0}", $"{expected} was expected here");
}
