namespace RetinaSharp.Datasets;

/// <summary>An <c>object</c> element of a VOC file, with its corners as written in the file.</summary>
internal readonly record struct VocObject(int Index, int Line, string Name, bool IsDifficult, double XMin, double YMin, double XMax, double YMax);
