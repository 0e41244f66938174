using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>One labeled object of an image.</summary>
public sealed record Annotation
{
    /// <summary>Id in the file; for formats without ids, counted from 1 over the whole set.</summary>
    public required long Id { get; init; }

    /// <summary>Place of its class in <see cref="DetectionDataset.Categories"/>, from 0.</summary>
    public required int Category { get; init; }

    /// <summary>The box as the file has it, in pixels of the original image; it may reach over the border.</summary>
    public required BoxXywh Box { get; init; }

    /// <summary>Area in square pixels: of the mask where COCO gives one, of the box otherwise.</summary>
    public required double Area { get; init; }

    /// <summary>COCO's crowd flag: a region with many objects, which takes part in evaluation only as "ignore".</summary>
    public bool IsCrowd { get; init; }

    /// <summary>Pascal VOC's flag of an object that is hard to recognize.</summary>
    public bool IsDifficult { get; init; }
}
