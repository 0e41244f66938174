namespace RetinaSharp.Datasets;

/// <summary>A set of annotated images, whatever format it came from. Immutable.</summary>
public sealed class DetectionDataset
{
    /// <summary>What the set was read from, as given by the user, with its split.</summary>
    public required string Source { get; init; }

    /// <summary>The classes; their place in this list is the class index that everything else uses.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary>The images, also those without objects, in the order of the file.</summary>
    public required IReadOnlyList<AnnotatedImage> Images { get; init; }

    /// <summary>What was repaired or left out when the set was read.</summary>
    public IReadOnlyList<DatasetProblem> Problems { get; init; } = [];

    /// <summary>
    /// Reads a set: a COCO JSON file, a folder in COCO layout (<c>annotations/instances_SPLIT.json</c>), a Pascal VOC folder
    /// (<c>Annotations/</c>, <c>JPEGImages/</c>, <c>ImageSets/Main/SPLIT.txt</c>), a YOLO <c>data.yaml</c>, or a folder with
    /// <c>images/</c> and <c>labels/</c>.
    /// </summary>
    /// <remarks>
    /// Without a split, VOC gives <c>trainval.txt</c>, or every XML file where there is no such list; <c>data.yaml</c> gives
    /// <c>train</c>; a folder with <c>images/</c> gives all of it. Classes: COCO's by ascending id; VOC's by name, over all XML
    /// files of the folder, so that its splits agree; YOLO's by index.
    /// </remarks>
    /// <param name="data">A path, with an optional <c>#split</c>.</param>
    /// <param name="options">How to read it.</param>
    /// <exception cref="DatasetException">The data cannot be understood, or images are missing.</exception>
    public static DetectionDataset Open(string data, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        return DatasetReader.Open(data, options ?? new(), new ProblemLog(collects: false));
    }

    /// <summary>
    /// Reads a set as <see cref="Open"/> does, and every image's header, but goes on after an error that concerns a single image or
    /// annotation. Never throws <see cref="DatasetException"/>: what would have been thrown is in the list, as an error.
    /// </summary>
    /// <param name="data">A path, with an optional <c>#split</c>.</param>
    /// <param name="options">How to read it.</param>
    /// <returns>Every problem found, in the order in which it was found.</returns>
    public static IReadOnlyList<DatasetProblem> Check(string data, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        options ??= new();
        var log = new ProblemLog(collects: true);
        try
        {
            var set = DatasetReader.Open(data, options, log);
            ImageFiles.CheckHeaders(set.Images, log);
        }
        catch (DatasetException exception)
        {
            log.Fail(exception.File, exception.Place, exception.Reason);
        }

        return log.Problems;
    }
}
