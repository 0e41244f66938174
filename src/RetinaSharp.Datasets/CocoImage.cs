namespace RetinaSharp.Datasets;

/// <summary>An entry of <c>images</c> in a COCO file; width and height are 0 if the file has none.</summary>
internal readonly record struct CocoImage(long Id, string FileName, int Width, int Height, string Location);
