namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// An entry of <c>images</c> in a COCO file. Width and height are 0 if the file does not give them. <paramref name="Index"/> is its 0-based index in
/// <c>images</c>.
/// </summary>
internal readonly record struct CocoImage(long Id, string FileName, int Width, int Height, int Index)
{
    /// <summary>Describes the entry in messages.</summary>
    public string Location => $"images[{Index}], image {Id}";
}
