using System.Globalization;
using System.Text;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Parses a KITTI label file, which has a line per object: type, truncation, occlusion, viewing angle, left, top, right and bottom edge of the
/// box, seven numbers of the box in space, and in results a score.
/// </summary>
internal static class KittiFile
{
    /// <summary>Type of regions with objects that are not labeled, which KITTI's evaluation ignores.</summary>
    private const string Ignored = "DontCare";

    private const string IgnoredNote = $"regions are of the type {Ignored}: skipped";

    private const int Columns = 15, LeftColumn = 4;

    private static readonly char[] Separators = [' ', '\t'];

    /// <summary>Returns whether the first line with content of a file is a KITTI label; null if there is no such line.</summary>
    public static bool? IsLabels(string file)
    {
        var text = Encoding.UTF8.GetString(DataFiles.ReadStart(file, 4096)).TrimStart('\uFEFF');
        var line = text.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0);
        return line is null ? null
            : Split(line) is { Length: Columns or Columns + 1 } fields && !IsNumber(fields[0]) && fields.Skip(1).All(IsNumber);
    }

    public static ParsedImage Read(string path, Notes notes, ProblemLog log)
    {
        var objects = new List<ParsedObject>();
        var lines = DataFiles.ReadLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            var location = string.Create(CultureInfo.InvariantCulture, $"line {i + 1}");
            var fields = Split(lines[i]);
            if (fields.Length == 0)
                continue;
            ItemErrors.Collect(log, () =>
            {
                if (fields.Length is not (Columns or Columns + 1))
                    throw new DatasetException(path, location, $"has {fields.Length} columns; a KITTI label has {Columns}, with a score {Columns + 1}");
                var edges = fields[LeftColumn..(LeftColumn + 4)].Select(text => Number(text, path, location)).ToArray();
                if (fields[0] == Ignored)
                    notes.Add(IgnoredNote);
                else
                    objects.Add(new(fields[0], edges[0], edges[1], edges[2], edges[3], location));
            });
        }

        return new() { FileName = "", AnnotationFile = path, Objects = objects };
    }

    private static double Number(string text, string path, string location) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= int.MaxValue
            ? number
            : throw new DatasetException(path, location, $"\"{(text.Length <= 40 ? text : text[..40] + "…")}\" is not a number of pixels");

    private static string[] Split(string line) => line.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
