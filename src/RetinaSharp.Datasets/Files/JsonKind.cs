namespace RetinaSharp.Datasets.Files;

/// <summary>The kinds of JSON files that hold annotations or detections.</summary>
internal enum JsonKind
{
    /// <summary>Any other JSON file, or a file that is not JSON.</summary>
    Other,

    /// <summary>A COCO annotation file.</summary>
    Coco,

    /// <summary>A COCO results file: a list of detections.</summary>
    Results,

    /// <summary>A LabelMe file, which describes one image.</summary>
    LabelMe,

    /// <summary>An export of Label Studio in its own JSON format.</summary>
    LabelStudio,

    /// <summary>A project or an export of the VGG Image Annotator, version 1 or 2.</summary>
    Via,

    /// <summary>A project of the VGG Image Annotator, version 3.</summary>
    Via3,

    /// <summary>Annotations of Apple's Create ML.</summary>
    CreateMl,
}
