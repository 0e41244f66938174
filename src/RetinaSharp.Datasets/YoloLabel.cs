namespace RetinaSharp.Datasets;

/// <summary>
/// A line of a YOLO label file: class index, and center and size of the box as fractions of the image's width and height.
/// </summary>
internal readonly record struct YoloLabel(int Line, int Class, double CenterX, double CenterY, double Width, double Height);
