using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>A darknet <c>obj.data</c> file, with lines <c>key = value</c>: the image lists of the splits and the file of the class names.</summary>
internal sealed class DarknetConfig
{
    private readonly string _file;
    private readonly Dictionary<string, string> _values = [];

    private DarknetConfig(string file) => _file = file;

    /// <summary>Path of the file with the class names, as written; null if there is none.</summary>
    public string? Names => _values.GetValueOrDefault("names");

    public static DarknetConfig Read(string file)
    {
        var config = new DarknetConfig(file);
        foreach (var line in DataFiles.ReadLines(file))
        {
            if (line.Split('=', 2) is [var key, var value])
                config._values[key.Trim()] = value.Trim();
        }

        return config;
    }

    /// <summary>Returns the image list of a split, as written; null if there is none.</summary>
    public string? FindList(string split) => _values.FirstOrDefault(pair => SplitNames.AreEqual(pair.Key, split)).Value;

    /// <summary>Returns the image list of a split, as written; without a split, that of the training images.</summary>
    public string GetList(string? split) =>
        FindList(split ?? "train") ?? throw new DatasetException(_file, split ?? "train", $"the split does not exist; the file has {string.Join(", ", _values.Keys)}");

    /// <summary>Returns the path of a file that an <c>obj.data</c> names: relative to its folder, or by its name alone in that folder.</summary>
    public static string Find(string folder, string name, string file, string location)
    {
        var path = DataFiles.Resolve(folder, name.Replace('\\', '/'), file, location);
        var beside = Path.Combine(folder, Path.GetFileName(path));
        return File.Exists(path) ? path
            : File.Exists(beside) ? beside
            : throw new DatasetException(file, location, $"{path} not found, and {Path.GetFileName(path)} is not beside it either");
    }
}
