using System.Globalization;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>A list of classes beside a CSV file, as keras-retinanet has it: rows <c>name,id</c>.</summary>
internal static class CsvClassFile
{
    /// <summary>Returns whether a file has the name and the content of a list of classes.</summary>
    public static bool IsClassFile(string file) =>
        Path.GetFileName(file).StartsWith("class", StringComparison.OrdinalIgnoreCase) && DataFiles.HasExtension(file, ".csv") && CsvReader.ReadFirst(file) is [_, _];

    /// <summary>Returns the list of classes in a folder; null if there is none.</summary>
    public static string? Find(string folder) => DataFiles.List(folder, recursive: false, file => DataFiles.HasExtension(file, ".csv") && IsClassFile(file)).FirstOrDefault();

    /// <summary>Reads the names in the order of their ids.</summary>
    public static IReadOnlyList<string> Read(string file)
    {
        using var csv = new CsvReader(file);
        var names = new SortedDictionary<int, string>();
        for (var isFirst = true; csv.Read(); isFirst = false)
        {
            if (!int.TryParse(csv[1], NumberStyles.Integer, CultureInfo.InvariantCulture, out var id))
            {
                // A header.
                if (isFirst)
                    continue;
                throw new DatasetException(file, csv.Location, $"\"{csv[1]}\" is not a class id: a row is name,id");
            }

            if (!names.TryAdd(id, csv[0]))
                throw new DatasetException(file, csv.Location, $"class id {id} is used twice (\"{names[id]}\", \"{csv[0]}\")");
        }

        return [.. names.Values];
    }
}
