using RetinaSharp.Datasets.Writing;

namespace RetinaSharp.Datasets.Files;

/// <summary>The files of a dataset folder and its subfolders. The folder is read once, when the first format asks for it.</summary>
/// <param name="path">Path of the folder.</param>
internal sealed class DataFolder(string path)
{
    private static readonly HashSet<string> LabelExtensions = new(StringComparer.OrdinalIgnoreCase) { ".json", ".xml", ".csv", ".txt", ".tar" };

    private readonly Lazy<string[]> _files = new(() => DataFiles.List(path, recursive: true, file => (ImageFiles.IsImage(file) || LabelExtensions.Contains(System.IO.Path.GetExtension(file))) && !TargetFolder.IsUnfinished(path, file)));

    private readonly Dictionary<string, JsonKind> _kinds = [];

    /// <summary>Path of the folder.</summary>
    public string Path { get; } = path;

    /// <summary>The image files, in ordinal order of their paths.</summary>
    public IEnumerable<string> Images => _files.Value.Where(ImageFiles.IsImage);

    /// <summary>Returns the label files or shards with an extension, in ordinal order of their paths.</summary>
    /// <param name="extension"><c>.json</c>, <c>.xml</c>, <c>.csv</c>, <c>.txt</c> or <c>.tar</c>.</param>
    public IEnumerable<string> WithExtension(string extension) => _files.Value.Where(file => DataFiles.HasExtension(file, extension));

    /// <summary>Returns the JSON files of a kind, in ordinal order of their paths.</summary>
    /// <param name="kind">The kind of the files.</param>
    public IEnumerable<string> WithKind(JsonKind kind) => WithExtension(".json").Where(file => GetKind(file) == kind);

    /// <summary>Returns the path of the first subfolder with one of some names, ignoring case; null if there is none.</summary>
    /// <param name="names">The names, in order of preference.</param>
    public string? Find(params IEnumerable<string> names) => names.Select(name => DataFiles.FindFolder(Path, name)).FirstOrDefault(path => path is not null);

    private JsonKind GetKind(string file)
    {
        if (!_kinds.TryGetValue(file, out var kind))
            _kinds.Add(file, kind = JsonSniffer.GetKind(file));
        return kind;
    }
}
