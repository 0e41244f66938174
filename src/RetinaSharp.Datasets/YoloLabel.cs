namespace RetinaSharp.Datasets;

/// <summary>A line of a label file: class, and center and size as fractions of the image's sides.</summary>
internal readonly record struct YoloLabel(int Line, int Class, double CenterX, double CenterY, double Width, double Height);
