namespace RetinaSharp.Datasets.Formats;

/// <summary>Removes and merges classes as the options ask, and warns of classes that look like one class with two names.</summary>
internal static class ClassRules
{
    public static DetectionDataset Apply(DetectionDataset dataset, DatasetOptions options, ProblemLog log)
    {
        var unknown = options.DropClasses.Where(name => dataset.Categories.All(category => category.Name != name)).ToArray();
        if (unknown.Length > 0)
            throw new DatasetException(dataset.Source, "categories", $"there is no class \"{unknown[0]}\" to drop; the classes are {string.Join(", ", dataset.Categories.Take(20).Select(category => category.Name))}");
        if (!options.MergeClasses)
            Warn(dataset, log);

        // The new index of each class; -1 drops it.
        var kept = new List<Category>();
        var indexOfKey = new Dictionary<string, int>();
        var map = dataset.Categories.Select(category =>
        {
            if (options.DropClasses.Contains(category.Name))
                return -1;
            var key = options.MergeClasses ? Key(category.Name) : category.Name;
            if (options.MergeClasses && indexOfKey.TryGetValue(key, out var index))
            {
                log.AddWarning(dataset.Source, "categories", $"class \"{category.Name}\" is merged with \"{kept[index].Name}\"");
                return index;
            }

            indexOfKey.TryAdd(key, kept.Count);
            kept.Add(category);
            return kept.Count - 1;
        }).ToArray();
        if (kept.Count == map.Length)
            return dataset;
        return dataset with
        {
            Categories = kept,
            Images =
            [
                .. dataset.Images.Select(image => image with
                {
                    Annotations = [.. image.Annotations.Where(annotation => map[annotation.Category] >= 0).Select(annotation => annotation with { Category = map[annotation.Category] })],
                }),
            ],
        };
    }

    private static void Warn(DetectionDataset dataset, ProblemLog log)
    {
        foreach (var group in dataset.Categories.GroupBy(category => Key(category.Name)).Where(group => group.Select(category => category.Name).Distinct().Count() > 1))
            log.AddWarning(dataset.Source, "categories", $"the classes {string.Join(", ", group.Select(category => $"\"{category.Name}\""))} differ only in case or spaces: rename them, or merge them with {nameof(DatasetOptions)}.{nameof(DatasetOptions.MergeClasses)}");

        if (dataset.GroupCategory is { } name && dataset.Categories.ToList().FindIndex(category => category.Name == name) is var index and >= 0
            && dataset.Images.All(image => image.Annotations.All(annotation => annotation.Category != index)))
            log.AddWarning(dataset.Source, "categories", $"class \"{name}\" has no boxes and is the supercategory of all other classes, as Roboflow writes it: drop it with {nameof(DatasetOptions)}.{nameof(DatasetOptions.DropClasses)}");
    }

    /// <summary>Returns what the names of a class have in common that differ only in case, spaces, hyphens and underscores.</summary>
    public static string Key(string name) => string.Concat(name.Where(character => !char.IsWhiteSpace(character) && character is not '_' and not '-')).ToUpperInvariant();
}
