namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// An entry of <c>images</c> in a COCO file. Width and height are 0 if the file does not give them. <paramref name="Location"/> describes
/// the entry in messages.
/// </summary>
internal readonly record struct CocoImage(long Id, string FileName, int Width, int Height, string Location);
