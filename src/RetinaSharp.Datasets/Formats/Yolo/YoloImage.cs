namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// An image of a YOLO dataset: its file name in the dataset, its absolute path, the folder or image list that contains it, and the line of
/// the list ("" for a folder).
/// </summary>
internal readonly record struct YoloImage(string Name, string Path, string Origin, string Location);
