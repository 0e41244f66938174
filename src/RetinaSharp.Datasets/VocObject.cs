namespace RetinaSharp.Datasets;

/// <summary>An <c>object</c> of a VOC file, its corners as they are written.</summary>
internal readonly record struct VocObject(int Index, int Line, string Name, bool IsDifficult, double XMin, double YMin, double XMax, double YMax);
