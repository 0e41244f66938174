namespace RetinaSharp.Datasets;

/// <summary>An image of a YOLO dataset: its name in the dataset, its path, and the folder or list and location that refer to it.</summary>
internal readonly record struct YoloImage(string Name, string Path, string Origin, string Location);
