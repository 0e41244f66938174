using System.Globalization;

namespace RetinaSharp.Datasets;

/// <summary>A YOLO label file: <c>class cx cy w h</c> a line, or <c>class x1 y1 x2 y2 x3 y3 …</c> for a polygon.</summary>
internal sealed class YoloLabelFile(string path, ProblemLog log)
{
    /// <summary>
    /// Fractions outside of [0, 1] by no more than this are slips of the tool that wrote them and are clipped; beyond it the numbers
    /// are something else, pixels for the most part.
    /// </summary>
    private const double Slack = .1;

    public List<YoloLabel> Labels { get; } = [];

    /// <summary>How many lines were polygons.</summary>
    public int Polygons { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; one that is not there holds no labels.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="log">Takes what is wrong.</param>
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

    private void ReadLine(string text, int line, int classes)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return;
        if (words.Length != 5 && (words.Length < 7 || words.Length % 2 == 0))
        {
            Fail(line, $"has {words.Length} values; a box has 5 (class cx cy w h), a polygon 7, 9, 11 …"
                + (words.Length == 6 ? "; a sixth value may be the score of a prediction" : ""));
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

            if (values[i] is < -Slack or > 1 + Slack)
            {
                Fail(line, $"{words[i + 1]} is not a fraction of the image's side, 0 to 1; pixels have to be divided by it");
                return;
            }

            clipped |= values[i] is < 0 or > 1;
            values[i] = Math.Clamp(values[i], 0, 1);
        }

        if (clipped)
            log.Warn(path, $"line {line}", "values outside of 0 to 1 were clipped");
        Labels.Add(values.Length == 4
            ? new(line, (int)number, values[0], values[1], values[2], values[3])
            : OfPolygon(line, (int)number, values));
    }

    private YoloLabel OfPolygon(int line, int index, double[] points)
    {
        Polygons++;
        double left = 1, right = 0, upper = 1, lower = 0;
        for (var i = 0; i < points.Length; i += 2)
        {
            (left, right) = (Math.Min(left, points[i]), Math.Max(right, points[i]));
            (upper, lower) = (Math.Min(upper, points[i + 1]), Math.Max(lower, points[i + 1]));
        }

        return new(line, index, (left + right) / 2, (upper + lower) / 2, right - left, lower - upper);
    }

    private static bool TryNumber(string word, out double number) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private void Fail(int line, string reason) => log.Fail(path, $"line {line}", reason);
}
