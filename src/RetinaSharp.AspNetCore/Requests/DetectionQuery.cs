using System.Globalization;
using Microsoft.AspNetCore.Http;
using RetinaSharp.Datasets;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>Which detections a client asks for.</summary>
/// <param name="ScoreThreshold">Minimum score; below the model's own threshold it has no effect.</param>
/// <param name="MaxDetections">Maximum number of detections per image.</param>
/// <param name="Classes">Names of the classes; null: all.</param>
internal sealed record DetectionQuery(double ScoreThreshold, int MaxDetections, IReadOnlyList<string>? Classes)
{
    private const int MaxClassesLength = 64 << 10;

    /// <summary>Reads the query of a URL.</summary>
    /// <exception cref="RequestException">A value is out of its range.</exception>
    public static DetectionQuery Parse(IQueryCollection query, int maxDetections)
    {
        return new(
            query["score_threshold"] is [{ } score, ..] ? ParseScore(score) : 0, query["max_detections"] is [{ } max, ..] ? ParseCount(max) : maxDetections,
            ParseClasses(query["classes"]));

        static double ParseScore(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? CheckScore(value) : throw Invalid("score_threshold", text);

        static int ParseCount(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? CheckCount(value) : throw Invalid("max_detections", text);
    }

    /// <summary>Reads names of classes, separated by commas; returns null if there are none.</summary>
    /// <exception cref="RequestException">The text is too long.</exception>
    public static string[]? ParseClasses(string? text) => string.IsNullOrEmpty(text) ? null
        : text.Length <= MaxClassesLength ? text.Split(',', StringSplitOptions.TrimEntries)
        : throw RequestException.Malformed($"classes: {text.Length} characters are more than the limit of {MaxClassesLength}.");

    /// <summary>Checks a score threshold.</summary>
    /// <exception cref="RequestException">The value is out of its range.</exception>
    public static double CheckScore(double value) => value is >= 0 and <= 1 ? value : throw RequestException.Malformed($"score_threshold {value}: must be from 0 to 1.");

    /// <summary>Checks a maximum number of detections.</summary>
    /// <exception cref="RequestException">The value is out of its range.</exception>
    public static int CheckCount(long value) => value is >= 1 and <= ServingOptions.MaxMaxDetections
        ? (int)value
        : throw RequestException.Malformed($"max_detections {value}: must be from 1 to {ServingOptions.MaxMaxDetections}.");

    /// <summary>Returns a filter for the detections of a model with these categories.</summary>
    /// <exception cref="RequestException">The model has not one of the classes.</exception>
    public DetectionFilter For(IReadOnlyList<Category> categories)
    {
        if (Classes is null)
            return new(ScoreThreshold, MaxDetections, null);
        var names = categories.Select(category => category.Name).ToList();
        if (Classes.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            throw RequestException.Malformed($"classes: the model has no class '{unknown}'; it has {string.Join(", ", names)}.");
        return new(ScoreThreshold, MaxDetections, Enumerable.Range(0, names.Count).Where(index => Classes.Contains(names[index])).ToHashSet());
    }

    private static RequestException Invalid(string name, string text) => RequestException.Malformed($"{name}: '{text}' is not a number.");
}
