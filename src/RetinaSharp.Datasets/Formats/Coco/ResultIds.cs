namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Resolves the string ids of a results file to the numeric ids of a dataset. A string may be an id of the annotation file, the file name of an image with
/// or without extension and folders, or the name of a class.
/// </summary>
/// <param name="groundTruth">The dataset that the detections belong to; null: no string can be resolved.</param>
internal sealed class ResultIds(DetectionDataset? groundTruth)
{
    private readonly Lazy<Dictionary<string, long?>> _images = new(() => IdsByName((groundTruth?.Images ?? []).SelectMany(image => NamesOf(image.FileName).Select(name => (name, image.Id)))));
    private readonly Lazy<Dictionary<string, long?>> _categories = new(() => IdsByName((groundTruth?.Categories ?? []).Select(category => (category.Name, category.Id))));

    /// <summary>Returns the id of an image; null if the text identifies none, or more than one.</summary>
    public long? FindImageId(string text) => groundTruth is not null && groundTruth.ImageIds.TryGetValue(text, out var id) ? id : _images.Value.GetValueOrDefault(text);

    /// <summary>Returns the id of a category; null if the text identifies none, or more than one.</summary>
    public long? FindCategoryId(string text) => groundTruth is not null && groundTruth.CategoryIds.TryGetValue(text, out var id) ? id : _categories.Value.GetValueOrDefault(text);

    private static IEnumerable<string> NamesOf(string fileName) => new[] { fileName, Path.GetFileName(fileName), Path.GetFileNameWithoutExtension(fileName) }.Distinct();

    // A name of several images or categories is ambiguous: it maps to null.
    private static Dictionary<string, long?> IdsByName(IEnumerable<(string Name, long Id)> names)
    {
        var ids = new Dictionary<string, long?>();
        foreach (var (name, id) in names)
            ids[name] = ids.TryGetValue(name, out var other) && other != id ? null : id;
        return ids;
    }
}
