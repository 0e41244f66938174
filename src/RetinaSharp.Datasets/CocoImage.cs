namespace RetinaSharp.Datasets;

/// <summary>An entry of a COCO file's <c>images</c>; sizes are 0 where the file has none.</summary>
internal readonly record struct CocoImage(long Id, string FileName, int Width, int Height, string Place);
