using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Detections of an image.</summary>
/// <param name="Id">Index among the files, from 1.</param>
/// <param name="File">Path as given.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Detections">By descending score.</param>
internal sealed record DetectedImage(long Id, string File, int Width, int Height, IReadOnlyList<DetectedObject> Detections)
{
    /// <summary>Counts by class, the most frequent first: "3 cars, 1 person", or "no objects".</summary>
    /// <param name="minScore">Minimum score of a detection that is counted.</param>
    public string Counts(double minScore)
    {
        var counts = Detections.Where(detection => detection.Score >= minScore).GroupBy(detection => detection.Class)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key)
            .Select(group => $"{group.Count()} {Plural(group.First().Category.Name, group.Count())}").ToList();
        return counts.Count == 0 ? "no objects" : string.Join(", ", counts);
    }

    // A class name may be of any language, or end with a number.
    private static string Plural(string name, int count) => count > 1 && name.Length > 0 && char.IsLetter(name[^1]) && name[^1] != 's' ? $"{name}s" : name;
}
