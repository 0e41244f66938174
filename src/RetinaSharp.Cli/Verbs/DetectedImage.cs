using RetinaSharp.Detection.Inference;

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
    public string Counts => Detections.Count == 0
        ? "no objects"
        : string.Join(", ", Detections.GroupBy(detection => detection.Class)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key)
            .Select(group => $"{group.Count()} {Plural(group.First().Category.Name, group.Count())}"));

    // A plural of any name: it may be of any language, or end with a number.
    private static string Plural(string name, int count) => count > 1 && name.Length > 0 && char.IsLetter(name[^1]) && name[^1] != 's' ? $"{name}s" : name;
}
