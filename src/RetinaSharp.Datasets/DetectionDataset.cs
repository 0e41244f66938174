using System.Collections.ObjectModel;
using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets;

/// <summary>A dataset of annotated images for object detection, read from any supported format. Immutable.</summary>
public sealed record DetectionDataset
{
    /// <summary>The path that the dataset was read from, followed by <c>#split</c> if one was given.</summary>
    public required string Source { get; init; }

    /// <summary>The classes. The index in this list is the class index that annotations and models use.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary>The images in the order of the annotation file, image list or folder, including images without objects.</summary>
    public required IReadOnlyList<AnnotatedImage> Images { get; init; }

    /// <summary>Problems that were worked around when the dataset was read.</summary>
    public IReadOnlyList<DatasetProblem> Problems { get; init; } = [];

    /// <summary>
    /// Image ids that the annotation file gives as strings, with the numbers that replace them (<see cref="AnnotatedImage.Id"/>); empty if ids are
    /// numbers.
    /// </summary>
    public IReadOnlyDictionary<string, long> ImageIds { get; init; } = ReadOnlyDictionary<string, long>.Empty;

    /// <summary>Category ids that the annotation file gives as strings, with the numbers that replace them; empty if ids are numbers.</summary>
    public IReadOnlyDictionary<string, long> CategoryIds { get; init; } = ReadOnlyDictionary<string, long>.Empty;

    /// <summary>Name of a class that is the supercategory of all other classes, as in exports of Roboflow; null if there is none.</summary>
    internal string? GroupCategory { get; init; }

    /// <summary>
    /// Reads a dataset from an annotation file or a folder. The format is recognized by the content: COCO, Pascal VOC, YOLO and darknet, CVAT, LabelMe,
    /// Label Studio, VIA, Create ML, Open Images, KITTI, CSV with a box per row, and tar shards (WebDataset), in whatever folders.
    /// </summary>
    /// <remarks>
    /// If no split is given, VOC folders use <c>trainval.txt</c>, or all files if that does not exist; <c>data.yaml</c> uses <c>train</c>; formats with one
    /// label file per image use all images. COCO classes are sorted by id, YOLO classes keep their indices, and other classes are as the file lists them or
    /// sorted by name over all splits, so that all splits have the same classes.
    /// </remarks>
    /// <param name="data">A path, optionally followed by <c>#split</c>.</param>
    /// <param name="options">Options for reading; the defaults if null.</param>
    /// <exception cref="DatasetException">The data is invalid, or image files are missing.</exception>
    public static DetectionDataset Open(string data, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        return DatasetReaders.Open(data, options ?? new(), new ProblemLog(collectsErrors: false));
    }

    /// <summary>
    /// Reads all splits of a dataset: those named <c>train</c>, <c>val</c> and <c>test</c> (or their synonyms), or <c>trainval</c> and
    /// <c>test</c>, and images that are in none of them as a split <c>other</c>. All splits have the same classes,
    /// joined by name.
    /// </summary>
    /// <param name="data">A path, optionally followed by <c>#split</c>, which selects one split.</param>
    /// <param name="options">Options for reading; the defaults if null.</param>
    /// <returns>The splits; a single one without a name if the dataset is not split.</returns>
    /// <exception cref="DatasetException">The data is invalid, or image files are missing.</exception>
    public static IReadOnlyList<DatasetSplit> OpenSplits(string data, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        return SplitFinder.Open(data, options ?? new());
    }

    /// <summary>
    /// Checks a dataset: reads it as <see cref="Open"/> does, and also the header of every image file. Errors in single images and
    /// annotations do not end the check. All errors are returned; <see cref="DatasetException"/> is not thrown.
    /// </summary>
    /// <param name="data">A path, optionally followed by <c>#split</c>.</param>
    /// <param name="options">Options for reading; the defaults if null.</param>
    /// <returns>All problems, in the order in which they were found.</returns>
    public static IReadOnlyList<DatasetProblem> Check(string data, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        options ??= new();
        var log = new ProblemLog(collectsErrors: true);
        try
        {
            var set = DatasetReaders.Open(data, options, log);
            foreach (var image in ImageVerification.FindBadImages(set).Where(image => set.Images[image.Index].File.Exists))
                log.AddError(image.Path, $"image {set.Images[image.Index].Id}", image.Reason);
        }
        catch (DatasetException exception)
        {
            log.AddError(exception.File, exception.Location, exception.Reason);
        }

        return log.Problems;
    }
}
