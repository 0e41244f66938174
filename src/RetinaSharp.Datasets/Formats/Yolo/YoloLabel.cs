namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// An object in a YOLO label file: line number, class index, and center and size of the box as fractions of the image's width and height.
/// </summary>
internal readonly record struct YoloLabel(int Line, int Class, double CenterX, double CenterY, double Width, double Height);
