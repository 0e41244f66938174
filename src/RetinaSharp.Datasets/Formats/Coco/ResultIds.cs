namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Gives the meaning of string ids in a results file: an id of the annotation file, the file name of an image with or without extension and
/// folders, or the name of a class.
/// </summary>
/// <param name="groundTruth">The dataset that the detections belong to; null: no string is an id.</param>
internal sealed class ResultIds(DetectionDataset? groundTruth)
{
    private readonly Lazy<Dictionary<string, long?>> _images = new(() => Names(
        (groundTruth?.Images ?? []).SelectMany(image => new[] { image.FileName, Path.GetFileName(image.FileName), Path.GetFileNameWithoutExtension(image.FileName) }.Distinct().Select(name => (name, image.Id)))));

    private readonly Lazy<Dictionary<string, long?>> _categories = new(() => Names((groundTruth?.Categories ?? []).Select(category => (category.Name, category.Id))));

    /// <summary>Returns the id of an image; null if the text identifies none, or more than one.</summary>
    public long? GetImage(string text) => groundTruth is not null && groundTruth.ImageIds.TryGetValue(text, out var id) ? id : _images.Value.GetValueOrDefault(text);

    /// <summary>Returns the id of a category; null if the text identifies none, or more than one.</summary>
    public long? GetCategory(string text) => groundTruth is not null && groundTruth.CategoryIds.TryGetValue(text, out var id) ? id : _categories.Value.GetValueOrDefault(text);

    // A name that several have gets null.
    private static Dictionary<string, long?> Names(IEnumerable<(string Name, long Id)> names)
    {
        var ids = new Dictionary<string, long?>();
        foreach (var (name, id) in names)
            ids[name] = ids.TryGetValue(name, out var other) && other != id ? null : id;
        return ids;
    }
}
