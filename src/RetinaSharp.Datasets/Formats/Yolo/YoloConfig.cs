using System.Globalization;
using RetinaSharp.Datasets.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// A YOLO <c>data.yaml</c> file. It is parsed with a streaming parser: building a tree of an untrusted, deeply nested file could overflow
/// the stack.
/// </summary>
internal sealed class YoloConfig
{
    private const int MaxDepth = 64;

    private readonly string _file;
    private readonly Dictionary<string, List<string>> _splits = [];
    private SortedDictionary<int, string>? _names;
    private int? _count;

    private YoloConfig(string file) => _file = file;

    /// <summary>The value of <c>path</c>, the root folder of the dataset; "" means the folder of the YAML file.</summary>
    public string Root { get; private set; } = "";

    public IReadOnlyDictionary<string, List<string>> Splits => _splits;

    /// <summary>Returns the folders and image lists of a split; empty if there is no such split.</summary>
    public IReadOnlyList<string> GetEntries(string split) => _splits.FirstOrDefault(pair => SplitNames.AreEqual(pair.Key, split)).Value ?? [];

    public static YoloConfig Read(string path)
    {
        var config = new YoloConfig(path);
        try
        {
            // ReadLines removes the byte order mark and rejects Git LFS pointers.
            config.Parse(new Parser(new StringReader(string.Join('\n', DataFiles.ReadLines(path)))));
        }
        catch (Exception exception) when (exception is YamlException or InvalidOperationException or ArgumentException)
        {
            // YamlDotNet throws the latter two for some malformed texts.
            var location = exception is YamlException yaml ? $"line {yaml.Start.Line}" : "";
            throw new DatasetException(path, location, $"is not valid YAML: {exception.Message}", exception);
        }

        return config;
    }

    /// <summary>
    /// Returns the class names in the order of the class indices; null if the file has neither <c>names</c> nor <c>nc</c>, the number of
    /// classes.
    /// </summary>
    public IReadOnlyList<string>? Names(ProblemLog log)
    {
        if (_names is null)
            return _count is { } classCount ? YoloReader.NumberedClasses(classCount) : null;
        if (_names.Count == 0)
            throw new DatasetException(_file, "names", "there are no classes");
        if (_names.Keys.First() != 0 || _names.Keys.Last() != _names.Count - 1)
            throw new DatasetException(_file, "names", $"the {_names.Count} classes are not numbered from 0 to {_names.Count - 1}");
        if (_count is { } count && count != _names.Count)
            log.AddWarning(_file, "nc", $"is {count}, but there are {_names.Count} names: using the names");
        return [.. _names.Values];
    }

    private void Parse(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _) || !parser.TryConsume<MappingStart>(out _))
            throw new DatasetException(_file, "", "is not a mapping with train, val and names");
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
                throw Unexpected(parser, "a key");
            switch (key.Value)
            {
                case "path":
                    Root = Text(parser);
                    break;
                case "train" or "val" or "valid" or "test":
                    _splits.TryAdd(key.Value, Entries(parser));
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

            // The parser's run time is quadratic in the nesting depth.
            if (depth > MaxDepth)
                throw new DatasetException(_file, $"line {item.Start.Line}", "is nested too deeply");
        }
        while (depth > 0);
    }

    private string Text(Parser parser) => parser.TryConsume<Scalar>(out var scalar) ? scalar.Value.Trim() : throw Unexpected(parser, "a string");

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

        // An empty `test:`, often followed by a comment only, means that there is no such split.
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

    private int Number(string text, Mark position, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new DatasetException(_file, $"line {position.Line}", $"\"{text}\" is not an integer from {min} to {max}");

    private DatasetException Unexpected(Parser parser, string expected) =>
        new(_file, $"line {parser.Current?.Start.Line ?? 0}", $"{expected} was expected here");
}
