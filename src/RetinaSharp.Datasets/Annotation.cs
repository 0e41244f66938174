using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>One annotated object: a box and its class.</summary>
public sealed record Annotation
{
    /// <summary>The id in the annotation file; for formats without ids, counted from 1 over the whole dataset.</summary>
    public required long Id { get; init; }

    /// <summary>The class index: the 0-based index in <see cref="DetectionDataset.Categories"/>.</summary>
    public required int Category { get; init; }

    /// <summary>The box as in the annotation file, in pixels of the original image. It may extend beyond the image.</summary>
    public required BoxXywh Box { get; init; }

    /// <summary>Area in square pixels: that of the mask if a COCO file gives it, otherwise that of the box.</summary>
    public required double Area { get; init; }

    /// <summary>COCO's <c>iscrowd</c> flag: the box is a region with many objects, which evaluation ignores.</summary>
    public bool IsCrowd { get; init; }

    /// <summary>Pascal VOC's <c>difficult</c> flag: the object is hard to recognize.</summary>
    public bool IsDifficult { get; init; }
}
