namespace RetinaSharp.Datasets;

/// <summary>An image of a YOLO set: its name as the set has it, where it is, and the list and place that name it.</summary>
internal readonly record struct YoloImage(string Name, string Path, string Origin, string Place);
