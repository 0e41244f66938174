namespace RetinaSharp.Datasets.Writing;

/// <summary>Formats in which <see cref="DatasetWriter"/> writes datasets.</summary>
public enum DatasetFormat
{
    /// <summary>COCO: <c>annotations/instances_SPLIT.json</c>, and the images in <c>images/SPLIT/</c>.</summary>
    Coco,

    /// <summary>
    /// Pascal VOC: an XML file per image in <c>Annotations/</c>, the images in <c>JPEGImages/</c>, and the list of the images of a split in
    /// <c>ImageSets/Main/SPLIT.txt</c>.
    /// </summary>
    Voc,

    /// <summary>
    /// YOLO: a text file per image in <c>labels/SPLIT/</c>, the images in <c>images/SPLIT/</c>, and the splits and classes in <c>data.yaml</c>.
    /// Boxes are exact to .00001 pixels; in the other formats to the rounding of fp64.
    /// </summary>
    Yolo,

    /// <summary>LabelMe: a JSON file beside each image, in a folder per split; the classes in <c>labels.txt</c>.</summary>
    LabelMe,

    /// <summary>CVAT for images 1.1: <c>annotations.xml</c>, in which the splits are subsets, and the images in <c>images/</c>.</summary>
    Cvat,

    /// <summary>
    /// CSV with the columns of the TensorFlow Object Detection API: a file <c>_annotations.csv</c> beside the images, in a folder per split.
    /// An image without objects has a line with empty columns after its size.
    /// </summary>
    Csv,
}
