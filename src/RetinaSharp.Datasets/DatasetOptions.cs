namespace RetinaSharp.Datasets;

/// <summary>Options for reading a dataset.</summary>
public sealed record DatasetOptions
{
    /// <summary>
    /// The folder of the image files of a COCO or VOC dataset, if they are not in a folder that the format implies. Ignored for YOLO
    /// datasets, which list image files.
    /// </summary>
    public string? ImagesDirectory { get; init; }

    /// <summary>
    /// Whether a missing image file is an error. Evaluating a results file needs only annotations and sets this to false; the width and
    /// height of an image are then 0 if neither the annotations nor an image file give them.
    /// </summary>
    public bool RequireImages { get; init; } = true;

    /// <summary>
    /// Whether degenerate boxes (<see cref="AnnotatedImage.IsDegenerate"/>) stay in the dataset. If true, training skips them and
    /// evaluation counts them as ground truth, as pycocotools does, and one warning summarizes them. If false, they are removed with a
    /// warning each, which changes AP.
    /// </summary>
    public bool KeepDegenerate { get; init; }

    /// <summary>Whether a COCO annotation without <c>iscrowd</c> is an error, as in pycocotools. If false, it is not a crowd.</summary>
    public bool RequireIsCrowd { get; init; }
}
