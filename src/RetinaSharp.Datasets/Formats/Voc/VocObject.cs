namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// An <c>object</c> element of a VOC file: its 1-based index and its line in the file, the class name, the <c>difficult</c> flag, and the
/// corners of the box in pixels, as written in the file.
/// </summary>
internal readonly record struct VocObject(int Index, int Line, string Name, bool IsDifficult, double XMin, double YMin, double XMax, double YMax);
