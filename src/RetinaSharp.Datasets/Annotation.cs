using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>One annotated object: a box and its class.</summary>
public sealed record Annotation
{
    /// <summary>
    /// The id in the annotation file. Formats without ids (VOC, YOLO) count the annotations from 1 in the order of the images.
    /// </summary>
    public required long Id { get; init; }

    /// <summary>The class index: the 0-based index in <see cref="DetectionDataset.Categories"/>.</summary>
    public required int Category { get; init; }

    /// <summary>The box as in the annotation file, in pixels of the original image. It may extend beyond the image.</summary>
    public required BoxXywh Box { get; init; }

    /// <summary>
    /// Area of the object in square pixels: <c>area</c> of a COCO annotation, which is the area of the mask; otherwise the area of
    /// <see cref="Box"/>.
    /// </summary>
    public required double Area { get; init; }

    /// <summary>COCO's <c>iscrowd</c> flag: the box is a region with many objects, which evaluation ignores.</summary>
    public bool IsCrowd { get; init; }

    /// <summary>Pascal VOC's <c>difficult</c> flag: the object is hard to recognize.</summary>
    public bool IsDifficult { get; init; }
}
