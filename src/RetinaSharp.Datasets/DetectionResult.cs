using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>A detection in COCO's results format, with the image and category ids of the annotation file.</summary>
/// <param name="ImageId">Id of the image.</param>
/// <param name="CategoryId">Id of the category.</param>
/// <param name="Box">The detected box, in pixels of the original image.</param>
/// <param name="Score">The confidence score; evaluation uses only the order of scores.</param>
public readonly record struct DetectionResult(long ImageId, long CategoryId, BoxXywh Box, double Score)
{
    /// <summary>
    /// Path of the image file, which is written to a results file as <c>file_name</c>; null writes none. Reading a results file does not
    /// set it.
    /// </summary>
    public string? FileName { get; init; }
}
