using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Makes a dataset of detections, whose boxes are the labels that a person corrects.</summary>
internal static class DetectionLabels
{
    /// <summary>Creates the dataset.</summary>
    /// <param name="images">The images and their detections.</param>
    /// <param name="categories">The classes of the model.</param>
    /// <param name="threshold">Minimum score of a detection that becomes a label.</param>
    public static DetectionDataset Create(IReadOnlyList<DetectedImage> images, IReadOnlyList<Category> categories, double threshold)
    {
        long id = 0;
        return new()
        {
            Source = "detections",
            Categories = categories,
            Images =
            [
                .. images.Select(image => new AnnotatedImage
                {
                    Id = image.Id,
                    FileName = Path.GetFileName(image.File),
                    Path = image.File,
                    Width = image.Width,
                    Height = image.Height,
                    Annotations = [.. image.Detections.Where(detection => detection.Score >= threshold).Select(detection => Label(detection.Class, BoxXywh.FromCorners(detection.Box)))],
                }),
            ],
        };

        Annotation Label(int category, BoxXywh box) => new() { Id = ++id, Category = category, Box = box, Area = box.Area };
    }
}
