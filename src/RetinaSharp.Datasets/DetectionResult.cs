using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>One line of a COCO results file: what some detector found, in the ids of the annotation file.</summary>
/// <param name="ImageId">Id of the image.</param>
/// <param name="CategoryId">Id of the category.</param>
/// <param name="Box">The box, in pixels of the original image.</param>
/// <param name="Score">Confidence; only its order matters.</param>
public readonly record struct DetectionResult(long ImageId, long CategoryId, BoxXywh Box, double Score);
