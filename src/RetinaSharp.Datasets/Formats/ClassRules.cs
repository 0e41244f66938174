namespace RetinaSharp.Datasets.Formats;

/// <summary>Removes and merges classes as the options ask, and warns of classes that look like one class with two names.</summary>
internal static class ClassRules
{
    private const string Location = "categories";

    /// <summary>Applies the options to a dataset that was read.</summary>
    /// <exception cref="DatasetException">The dataset has no class of a name that the options drop.</exception>
    public static DetectionDataset Apply(DetectionDataset dataset, DatasetOptions options, ProblemLog log)
    {
        if (options.DropClasses.FirstOrDefault(name => dataset.Categories.All(category => category.Name != name)) is { } unknown)
            throw new DatasetException(dataset.Source, Location, $"there is no class \"{unknown}\" to drop; the classes are {string.Join(", ", dataset.Categories.Take(20).Select(category => category.Name))}");
        if (!options.MergeClasses)
            WarnOfSimilarNames(dataset, log);
        WarnOfGroupCategory(dataset, options, log);

        var (kept, map) = MapClasses(dataset, options, log);
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

    /// <summary>Returns the classes that remain, and the new index of each class; -1 for a class that is dropped.</summary>
    private static (List<Category> Kept, int[] Map) MapClasses(DetectionDataset dataset, DatasetOptions options, ProblemLog log)
    {
        var kept = new List<Category>();
        var map = new int[dataset.Categories.Count];
        var indexOfKey = new Dictionary<string, int>();
        for (var i = 0; i < map.Length; i++)
        {
            var category = dataset.Categories[i];
            if (options.DropClasses.Contains(category.Name))
            {
                map[i] = -1;
            }
            else if (options.MergeClasses && indexOfKey.TryGetValue(ClassNameKey.Create(category.Name), out var index))
            {
                map[i] = index;
                log.AddWarning(dataset.Source, Location, $"class \"{category.Name}\" is merged with \"{kept[index].Name}\"");
            }
            else
            {
                map[i] = kept.Count;
                indexOfKey.TryAdd(ClassNameKey.Create(category.Name), kept.Count);
                kept.Add(category);
            }
        }

        return (kept, map);
    }

    private static void WarnOfSimilarNames(DetectionDataset dataset, ProblemLog log)
    {
        foreach (var group in dataset.Categories.Select(category => category.Name).Distinct().GroupBy(ClassNameKey.Create).Where(group => group.Count() > 1))
        {
            log.AddWarning(dataset.Source, Location, $"the classes {string.Join(", ", group.Select(name => $"\"{name}\""))} differ only in case or spaces: "
                + $"rename them, or merge them with {nameof(DatasetOptions)}.{nameof(DatasetOptions.MergeClasses)}");
        }
    }

    /// <summary>Warns of the category that Roboflow's COCO exports have for the name of the project: no object has it.</summary>
    private static void WarnOfGroupCategory(DetectionDataset dataset, DatasetOptions options, ProblemLog log)
    {
        if (dataset.GroupCategory is not { } name || options.DropClasses.Contains(name))
            return;
        var index = dataset.Categories.ToList().FindIndex(category => category.Name == name);
        if (index >= 0 && dataset.Images.All(image => image.Annotations.All(annotation => annotation.Category != index)))
        {
            log.AddWarning(dataset.Source, Location, $"class \"{name}\" has no boxes and is the supercategory of all other classes, as Roboflow writes it: "
                + $"drop it with {nameof(DatasetOptions)}.{nameof(DatasetOptions.DropClasses)}");
        }
    }
}
