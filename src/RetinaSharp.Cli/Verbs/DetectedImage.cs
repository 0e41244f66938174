using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>An image and its detections.</summary>
/// <param name="Id">Number of the image among the input files, from 1; the image id in the results file.</param>
/// <param name="File">Path of the image as given on the command line, or within a folder that is given.</param>
/// <param name="Width">Width of the image in pixels.</param>
/// <param name="Height">Height of the image in pixels.</param>
/// <param name="Detections">The detections, by descending score.</param>
internal sealed record DetectedImage(long Id, string File, int Width, int Height, IReadOnlyList<DetectedObject> Detections)
{
    /// <summary>Returns the number of detections of each class as text, the most frequent class first: "3 cars, 1 person", or "no objects".</summary>
    /// <param name="minScore">Minimum score of a detection that is counted.</param>
    public string Counts(double minScore)
    {
        var counts = Detections.Where(detection => detection.Score >= minScore).GroupBy(detection => detection.Class)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key)
            .Select(group => $"{group.Count()} {Plural(group.First().Category.Name, group.Count())}").ToList();
        return counts.Count == 0 ? "no objects" : string.Join(", ", counts);
    }

    // Class names may end with a digit, or with an s; such names stay unchanged.
    private static string Plural(string name, int count) => count > 1 && name.Length > 0 && char.IsLetter(name[^1]) && name[^1] != 's' ? $"{name}s" : name;
}
