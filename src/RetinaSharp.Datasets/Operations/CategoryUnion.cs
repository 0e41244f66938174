namespace RetinaSharp.Datasets.Operations;

/// <summary>Joins the classes of several datasets by name.</summary>
internal static class CategoryUnion
{
    /// <summary>
    /// Joins lists of classes: those of the first list, then new ones in the order in which they appear. A new class keeps its id if that is
    /// greater than those before; otherwise it gets the next one, so that readers that sort classes by id keep their order.
    /// </summary>
    /// <returns>The classes, and for each list the index of each of its classes among them.</returns>
    public static (IReadOnlyList<Category> Categories, int[][] Maps) Join(IReadOnlyList<IReadOnlyList<Category>> lists)
    {
        if (lists.All(list => list.SequenceEqual(lists[0])))
            return (lists[0], [.. lists.Select(list => Enumerable.Range(0, list.Count).ToArray())]);
        var categories = lists[0].ToList();
        var indices = new Dictionary<string, int>();
        for (var i = 0; i < categories.Count; i++)
            indices.TryAdd(categories[i].Name, i);
        var last = categories.Select(category => category.Id).DefaultIfEmpty(0).Max();
        var maps = lists.Select(list => list.Select(category =>
        {
            if (indices.TryGetValue(category.Name, out var index))
                return index;
            last = Math.Max(last + 1, category.Id);
            indices.Add(category.Name, categories.Count);
            categories.Add(new(last, category.Name));
            return categories.Count - 1;
        }).ToArray()).ToArray();
        // Classes of the first list with equal names stay different.
        maps[0] = [.. Enumerable.Range(0, lists[0].Count)];
        return (categories, maps);
    }

    /// <summary>Returns splits with the same classes: those of all splits, joined by name.</summary>
    public static IReadOnlyList<DatasetSplit> Apply(IReadOnlyList<DatasetSplit> splits)
    {
        var (categories, maps) = Join([.. splits.Select(split => split.Dataset.Categories)]);
        if (splits.All(split => split.Dataset.Categories.SequenceEqual(categories)))
            return splits;
        return
        [
            .. splits.Select((split, i) => split with
            {
                Dataset = split.Dataset with
                {
                    Categories = categories,
                    Images = [.. split.Dataset.Images.Select(image => image with { Annotations = [.. image.Annotations.Select(annotation => annotation with { Category = maps[i][annotation.Category] })] })],
                },
            }),
        ];
    }
}
