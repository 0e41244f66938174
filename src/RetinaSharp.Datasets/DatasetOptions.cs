namespace RetinaSharp.Datasets;

/// <summary>How a set of annotated images is read.</summary>
public sealed record DatasetOptions
{
    /// <summary>
    /// The folder of the image files, for COCO and VOC, where they are not in a place that the format knows. YOLO does without:
    /// there the images are what is listed.
    /// </summary>
    public string? ImagesDirectory { get; init; }

    /// <summary>
    /// Whether an image file that is not there is an error. Scoring needs only annotations and sets this to false; then an image of
    /// which neither the annotations nor a file tell the size has width and height 0.
    /// </summary>
    public bool RequireImages { get; init; } = true;

    /// <summary>
    /// Whether degenerate boxes (<see cref="AnnotatedImage.IsDegenerate"/>) stay in the set. Training skips them where they do, and evaluation
    /// counts them, as pycocotools does; so every verb of <c>retina</c> that trains or evaluates sets this to true, and a set that is opened
    /// the same way gives the same AP. If false, the set has no such boxes, and a warning for each.
    /// </summary>
    public bool KeepDegenerate { get; init; }

    /// <summary>
    /// Whether a COCO annotation without <c>iscrowd</c> is an error, as it is in pycocotools' evaluation, or no crowd.
    /// </summary>
    public bool RequireIsCrowd { get; init; }
}
