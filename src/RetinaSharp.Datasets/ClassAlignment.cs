namespace RetinaSharp.Datasets;

/// <summary>
/// Gives a dataset the classes of another one, such as a validation set those of the training set. Classes are matched by name, whatever their
/// order and ids.
/// </summary>
/// <param name="Dataset">The dataset with the given classes in the given order. Objects of other classes are left out.</param>
/// <param name="UnknownClasses">Names of classes with objects that the given classes lack.</param>
/// <param name="MissingClasses">Names of given classes that the dataset does not have.</param>
/// <param name="SimilarClasses">Classes that were matched although their names differ in case, spaces, hyphens or underscores.</param>
public sealed record ClassAlignment(
    DetectionDataset Dataset, IReadOnlyList<string> UnknownClasses, IReadOnlyList<string> MissingClasses, IReadOnlyList<(string Name, string Given)> SimilarClasses)
{
    /// <summary>Aligns the classes of a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="categories">The classes that it gets.</param>
    /// <exception cref="DatasetException">The dataset has none of the classes.</exception>
    public static ClassAlignment Create(DetectionDataset dataset, IReadOnlyList<Category> categories)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(categories);
        // Names may have duplicates, which only the index tells apart.
        if (dataset.Categories.SequenceEqual(categories))
            return new(dataset, [], [], []);

        var similar = new List<(string, string)>();
        var map = dataset.Categories.Select(category => Find(category.Name, categories, similar)).ToArray();
        if (map.Length > 0 && Array.TrueForAll(map, index => index < 0))
            throw new DatasetException(dataset.Source, "categories", $"none of the classes {Names(dataset.Categories)} is one of {Names(categories)}");
        var used = new bool[map.Length];
        var images = dataset.Images.Select(image => image with
        {
            Annotations =
            [
                .. image.Annotations.Where(annotation =>
                {
                    used[annotation.Category] = true;
                    return map[annotation.Category] >= 0;
                }).Select(annotation => annotation with { Category = map[annotation.Category] }),
            ],
        }).ToArray();
        return new(
            dataset with { Categories = categories, Images = images },
            [.. dataset.Categories.Where((_, i) => map[i] < 0 && used[i]).Select(category => category.Name)],
            [.. categories.Where((_, i) => !map.Contains(i)).Select(category => category.Name)],
            similar);
    }

    private static int Find(string name, IReadOnlyList<Category> categories, List<(string Name, string Given)> similar)
    {
        for (var i = 0; i < categories.Count; i++)
            if (categories[i].Name == name)
                return i;
        var key = ClassNameKey.Create(name);
        for (var i = 0; i < categories.Count; i++)
        {
            if (ClassNameKey.Create(categories[i].Name) != key)
                continue;
            similar.Add((name, categories[i].Name));
            return i;
        }

        return -1;
    }

    private static string Names(IReadOnlyList<Category> categories) => string.Join(", ", categories.Take(10).Select(category => category.Name)) + (categories.Count > 10 ? ", …" : "");
}
