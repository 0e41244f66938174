namespace RetinaSharp.Datasets;

/// <summary>Options for reading a dataset.</summary>
public sealed record DatasetOptions
{
    /// <summary>
    /// The folder with the image files of a COCO or VOC dataset; null: the folders where these formats have them. Ignored for YOLO
    /// datasets, which list the image files.
    /// </summary>
    public string? ImagesDirectory { get; init; }

    /// <summary>
    /// Folder of the label files of a VOC, YOLO or other dataset with one label file per image; null: the folders where these formats have them.
    /// </summary>
    public string? LabelsDirectory { get; init; }

    /// <summary>
    /// Whether image files are looked for. To evaluate a results file, only annotations are needed, and this is set to false; the width and height of
    /// an image are then 0 if the annotations do not give them.
    /// </summary>
    public bool FindImages { get; init; } = true;

    /// <summary>
    /// Whether a missing image file is an error. To evaluate a results file, only annotations are needed, and this is set to false; the
    /// width and height of an image are then 0 if neither the annotations nor an image file give them.
    /// </summary>
    public bool RequireImages { get; init; } = true;

    /// <summary>
    /// Whether degenerate boxes (<see cref="AnnotatedImage.IsDegenerate"/>) stay in the dataset. If true, training skips them and
    /// evaluation counts them as ground truth, as pycocotools does, and one warning summarizes them. If false, they are removed with a
    /// warning each, which changes AP.
    /// </summary>
    public bool KeepDegenerate { get; init; }

    /// <summary>Whether classes that differ only in case, spaces, hyphens and underscores are merged into the first of them.</summary>
    public bool MergeClasses { get; init; }

    /// <summary>Names of classes that are removed with their boxes.</summary>
    public IReadOnlyCollection<string> DropClasses { get; init; } = [];
}
