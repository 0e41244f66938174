namespace RetinaSharp.Datasets;

/// <summary>A line of a label file: class, and centre and size as fractions of the image's sides.</summary>
internal readonly record struct YoloLabel(int Line, int Class, double CentreX, double CentreY, double Width, double Height);
