using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Options;

/// <summary>Opens the dataset that the argument DATA names, and prints warnings about its problems.</summary>
internal static class DataSource
{
    public const string Help =
        "An annotation file or the folder of a dataset: COCO, Pascal VOC, YOLO, an export of a labeling tool, or tar shards, recognized by its content; #SPLIT after it selects a split.";

    private const int MaxWarnings = 10;

    /// <summary>Opens a dataset for training or evaluation.</summary>
    /// <remarks>
    /// Keeps degenerate boxes, whatever the options say. Training skips such boxes, and evaluation counts them. So <c>train</c>, <c>ablate</c>, <c>eval</c>
    /// and <c>score</c> compute the same AP from the same detections.
    /// </remarks>
    public static DetectionDataset Open(string data, DatasetOptions options, Output output) =>
        WithWarnings(data, DetectionDataset.Open(data, options with { KeepDegenerate = true }), output);

    /// <summary>Opens a dataset for statistics of its boxes, without degenerate boxes, whatever the options say.</summary>
    public static DetectionDataset OpenForStatistics(string data, DatasetOptions options, Output output) =>
        WithWarnings(data, DetectionDataset.Open(data, options with { KeepDegenerate = false }), output);

    /// <summary>Prints warnings for images that training would refuse.</summary>
    public static void Warn(IReadOnlyList<BadImage> images, DetectionDataset dataset, Output output)
    {
        foreach (var image in images.Take(MaxWarnings))
            output.Warning(image.ToString());
        if (images.Count > 0)
            output.Warning($"{dataset.Source}: {images.Count} of {dataset.Images.Count} images cannot be used: training refuses them, or leaves them out with --skip-bad-images.");
    }

    /// <summary>Opens all splits of a dataset for writing them, with degenerate boxes, whatever the options say.</summary>
    public static IReadOnlyList<DatasetSplit> OpenSplits(string data, DatasetOptions options, Output output)
    {
        var splits = DetectionDataset.OpenSplits(data, options with { KeepDegenerate = true });
        ShowWarnings(data, [.. splits.SelectMany(split => split.Dataset.Problems).Distinct()], output);
        return splits;
    }

    /// <summary>Prints the first warnings about a dataset, and the number of the others.</summary>
    public static void ShowWarnings(string data, IReadOnlyList<DatasetProblem> problems, Output output)
    {
        foreach (var problem in problems.Take(MaxWarnings))
            output.Warning(OptionHints.AddTo(problem.ToString()));
        if (problems.Count > MaxWarnings)
            output.Warning($"{data}: and {problems.Count - MaxWarnings} more.");
    }

    private static DetectionDataset WithWarnings(string data, DetectionDataset dataset, Output output)
    {
        ShowWarnings(data, dataset.Problems, output);
        if (dataset.Images.Count > 0 && dataset.Images.All(image => image.Annotations.Count == 0))
            output.Warning($"{data}: none of the {dataset.Images.Count} images has a box: a model learns only background from it, and AP cannot be computed. Are the labels in the right folder?");
        return dataset;
    }
}
