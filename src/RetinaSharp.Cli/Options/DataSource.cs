using System.CommandLine;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Options;

/// <summary>How verbs open DATA.</summary>
internal static class DataSource
{
    public const string Help =
        "A COCO JSON file, a VOC folder, a YOLO data.yaml, or a folder with images/ and labels/; a split follows after '#'.";

    private const int MaxWarnings = 10;

    public static Option<string?> Images() => Given.Value("--images", "DIR", "Where the image files are, if not in a place that the format knows.");

    /// <summary>Opens a set for training or evaluation, and warns of what was repaired or left out.</summary>
    /// <remarks>
    /// Degenerate boxes stay in it, whatever the options say, so that <c>train</c>, <c>ablate</c>, <c>eval</c> and <c>score</c> measure the same
    /// AP for the same detections: training skips them, and evaluation counts them.
    /// </remarks>
    public static DetectionDataset Open(string data, DatasetOptions options, Output output) =>
        Announce(data, DetectionDataset.Open(data, options with { KeepDegenerate = true }), output);

    /// <summary>Opens a set to describe its boxes; degenerate ones are left out, each with a warning.</summary>
    public static DetectionDataset OpenForStatistics(string data, DatasetOptions options, Output output) =>
        Announce(data, DetectionDataset.Open(data, options with { KeepDegenerate = false }), output);

    private static DetectionDataset Announce(string data, DetectionDataset set, Output output)
    {
        foreach (var problem in set.Problems.Take(MaxWarnings))
            output.Warn(problem.ToString());
        if (set.Problems.Count > MaxWarnings)
            output.Warn($"{data}: and {set.Problems.Count - MaxWarnings} more.");
        if (set.Images.Count > 0 && set.Images.All(image => image.Annotations.Count == 0))
            output.Warn($"{data}: none of the {set.Images.Count} images has a box: a training learns nothing but background from it, and no AP can be measured. Are the labels where they belong?");
        return set;
    }
}
