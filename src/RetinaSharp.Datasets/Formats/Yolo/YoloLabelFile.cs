using System.Globalization;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>A YOLO label file, with lines <c>class cx cy w h</c> for boxes and <c>class x1 y1 x2 y2 x3 y3 …</c> for polygons.</summary>
internal sealed class YoloLabelFile(string path, ProblemLog log)
{
    /// <summary>
    /// Maximum distance of a coordinate from [0, 1] that is considered a rounding error and clipped. Larger distances are errors; most
    /// often such files have coordinates in pixels.
    /// </summary>
    private const double Tolerance = .1;

    public List<YoloLabel> Labels { get; } = [];

    /// <summary>Number of objects that the file gives as polygons. <see cref="Labels"/> has their bounding boxes.</summary>
    public int Polygons { get; private set; }

    /// <summary>Reads a label file.</summary>
    /// <param name="path">Path of the file; if it does not exist, there are no labels.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="log">Receives errors and warnings.</param>
    public static YoloLabelFile Read(string path, int classes, ProblemLog log)
    {
        var file = new YoloLabelFile(path, log);
        if (File.Exists(path))
        {
            var lines = DataFiles.ReadLines(path);
            for (var i = 0; i < lines.Length; i++)
                file.ReadLine(lines[i], i + 1, classes);
        }

        return file;
    }

    /// <summary>Returns whether a line of text looks like a label: five numbers, six, or the numbers of a polygon.</summary>
    public static bool IsLabel(string line)
    {
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (words.Length is 5 or 6 || (words.Length >= 7 && words.Length % 2 == 1)) && Array.TrueForAll(words, word => TryNumber(word, out _));
    }

    private void ReadLine(string text, int line, int classes)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return;
        if (words.Length != 5 && (words.Length < 7 || words.Length % 2 == 0))
        {
            Fail(line, $"has {words.Length} values; a box has 5 (class cx cy w h), a polygon 7, 9, 11 …"
                + (words.Length == 6 ? "; a sixth value may be a detection score" : ""));
            return;
        }

        // Some tools write the class as 3.0.
        if (!TryNumber(words[0], out var number) || number < 0 || number != Math.Truncate(number) || number >= classes)
        {
            Fail(line, $"class {words[0]} is not an integer from 0 to {classes - 1}");
            return;
        }

        var values = new double[words.Length - 1];
        var clipped = false;
        for (var i = 0; i < values.Length; i++)
        {
            if (!TryNumber(words[i + 1], out values[i]))
            {
                Fail(line, $"\"{words[i + 1]}\" is not a number");
                return;
            }

            if (values[i] is < -Tolerance or > 1 + Tolerance)
            {
                Fail(line, $"{words[i + 1]} is not in [0, 1]: coordinates must be divided by the width or height of the image");
                return;
            }

            clipped |= values[i] is < 0 or > 1;
            values[i] = Math.Clamp(values[i], 0, 1);
        }

        if (clipped)
            log.AddWarning(path, $"line {line}", "values outside of [0, 1] were clipped");
        Labels.Add(values.Length == 4
            ? new(line, (int)number, values[0], values[1], values[2], values[3])
            : BoundPolygon(line, (int)number, values));
    }

    private YoloLabel BoundPolygon(int line, int index, double[] points)
    {
        Polygons++;
        double left = 1, right = 0, top = 1, bottom = 0;
        for (var i = 0; i < points.Length; i += 2)
        {
            (left, right) = (Math.Min(left, points[i]), Math.Max(right, points[i]));
            (top, bottom) = (Math.Min(top, points[i + 1]), Math.Max(bottom, points[i + 1]));
        }

        return new(line, index, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top);
    }

    private static bool TryNumber(string word, out double number) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private void Fail(int line, string reason) => log.AddError(path, $"line {line}", reason);
}
